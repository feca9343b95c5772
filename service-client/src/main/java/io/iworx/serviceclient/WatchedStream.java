package io.iworx.serviceclient;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * A stream that remembers what became of it, so that one can tell whose exception it was. Closing
 * it leaves the stream inside alone: closing an answer would read an endless rest of it.
 */
final class WatchedStream extends FilterInputStream {
  private final long length;
  private long count;
  private boolean ended;
  private final Runnable onFailure;
  private boolean failed;

  /**
   * @param length how many bytes it must have; -1 when that is not known
   * @param onFailure run before a failure goes on
   */
  WatchedStream(InputStream in, long length, Runnable onFailure) {
    super(in);
    this.length = length;
    this.onFailure = onFailure;
  }

  /** Whether everything has been read. */
  boolean complete() {
    return ended || count == length;
  }

  /** Whether reading it failed, or it ended before its length. */
  boolean broken() {
    return failed;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int most) throws IOException {
    try {
      var got = in.read(into, from, most);
      if (got >= 0) {
        count += got;
      } else if (length >= 0 && count < length) {
        throw new IOException("The stream has " + count + " bytes instead of " + length + ".");
      } else {
        ended = true;
      }
      return got;
    } catch (IOException | RuntimeException e) {
      failed = true;
      onFailure.run();
      throw e;
    }
  }

  @Override
  public long skip(long most) throws IOException {
    var scratch = new byte[(int) Math.min(8192, Math.max(0, most))];
    long skipped = 0;
    while (skipped < most) {
      var got = read(scratch, 0, (int) Math.min(scratch.length, most - skipped));
      if (got < 0) {
        break;
      }
      skipped += got;
    }
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public void close() {}
}
