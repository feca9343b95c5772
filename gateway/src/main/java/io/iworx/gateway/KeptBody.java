package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** A request's body, while it is small enough: to be sent once more, or for the first time. */
final class KeptBody {
  private static final int MOST_TO_REPEAT = 64 << 10;

  private final int most;
  private final List<ByteBuf> pieces = new ArrayList<>(1);
  private int size;
  private boolean ended;
  private boolean lost;

  private KeptBody(int most) {
    this.most = most;
  }

  /** One that is there in case it must be sent again. */
  static KeptBody toRepeat() {
    return new KeptBody(MOST_TO_REPEAT);
  }

  /** One of at most so many bytes that is wanted whole before any of it is sent. */
  static KeptBody toGather(int most) {
    return new KeptBody(most);
  }

  /** Remembers a piece; its bytes are shared, not copied. */
  void keep(ByteBuf piece) {
    size += piece.readableBytes();
    if (size > most) {
      release();
    } else if (!lost) {
      pieces.add(piece.retainedDuplicate());
    }
  }

  void end() {
    ended = true;
  }

  /** Whether all of it is here. */
  boolean isWhole() {
    return ended && !lost;
  }

  /** Whether it had more than the most. */
  boolean isLost() {
    return lost;
  }

  void update(MessageDigest digest) {
    for (var piece : pieces) {
      for (var bytes : piece.nioBuffers()) {
        digest.update(bytes);
      }
    }
  }

  void writeTo(UpstreamStream stream) {
    pieces.forEach(it -> stream.write(it.retainedDuplicate()));
  }

  /** Lets go of it: it is not sent again. */
  void release() {
    lost = true;
    pieces.forEach(ByteBuf::release);
    pieces.clear();
  }
}
