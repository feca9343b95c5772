package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.util.ArrayList;
import java.util.List;

/** A request's body as it went out, while it is small enough to be sent once more. */
final class KeptBody {
  private static final int MOST = 64 << 10;

  private final List<ByteBuf> pieces = new ArrayList<>(1);
  private int size;
  private boolean ended;
  private boolean lost;

  /** Remembers a piece; its bytes are shared, not copied. */
  void keep(ByteBuf piece) {
    size += piece.readableBytes();
    if (size > MOST) {
      lost = true;
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

  void writeTo(UpstreamConnection connection) {
    pieces.forEach(it -> connection.write(new DefaultHttpContent(it.retainedDuplicate())));
  }

  void release() {
    pieces.forEach(ByteBuf::release);
    pieces.clear();
  }
}
