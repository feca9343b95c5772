package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A request's body that is wanted whole before any of it goes out. */
final class Gathering {
  private final KeptBody body;
  private final long most;
  private final Consumer<KeptBody> whole;

  /**
   * Nothing yet.
   *
   * @param most bytes that the route allows, where those are fewer
   */
  Gathering(int most, long mostOfRoute, Consumer<KeptBody> whole) {
    this.body = KeptBody.toGather(most);
    this.most = mostOfRoute;
    this.whole = whole;
  }

  KeptBody body() {
    return body;
  }

  /**
   * Takes a piece, and releases it.
   *
   * @param received bytes so far, with it
   * @return what speaks against it; null for nothing
   */
  @Nullable Problem add(ByteBuf piece, long received) {
    body.keep(piece);
    piece.release();
    if (body.isLost()) {
      return Problem.KEYED_BODY_TOO_LARGE;
    }
    return received > most ? Problem.BODY_TOO_LARGE : null;
  }

  void end() {
    body.end();
    whole.accept(body);
  }
}
