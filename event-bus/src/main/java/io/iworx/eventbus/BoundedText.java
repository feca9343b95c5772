package io.iworx.eventbus;

import java.io.IOException;
import java.io.Writer;

/** Takes text up to a length and then no more, so that an endless object ends early. */
final class BoundedText extends Writer {
  private final int max;
  private final StringBuilder text = new StringBuilder();
  private boolean full;

  BoundedText(int max) {
    this.max = max;
  }

  /** Whether more came than there is room for. */
  boolean isFull() {
    return full;
  }

  @Override
  public void write(char[] from, int offset, int length) throws IOException {
    if (length > max - text.length()) {
      full = true;
      throw new IOException("The text is longer than " + max + " characters.");
    }
    text.append(from, offset, length);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}

  @Override
  public String toString() {
    return text.toString();
  }
}
