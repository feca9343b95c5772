package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Lets requests for a WebSocket in, before it is asked who sends them: the handshake must be sound,
 * a page's origin one that may read answers (no browser keeps others from it, as it does
 * elsewhere), and there must not be too many.
 */
final class WebSockets implements Step {
  private final Supplier<Cors> cors;
  private final int most;
  private final AtomicInteger open = new AtomicInteger();

  WebSockets(Supplier<Cors> cors, int most) {
    this.cors = cors;
    this.most = most;
  }

  @Override
  public Verdict apply(Exchange exchange) {
    var request = exchange.request();
    if (!request.headers().contains(HttpHeaderNames.UPGRADE)
        || !WebSocketHandshake.isAsked(request)) {
      return Verdict.PROCEED;
    }
    exchange.upgrading();
    var fault = WebSocketHandshake.fault(request);
    if (fault != null) {
      return new Verdict.Refuse(fault);
    }
    if (exchange.upstream().speaksHttp2()) {
      return new Verdict.Refuse(Problem.NO_WEBSOCKETS);
    }
    if (exchange.origin() != null && cors.get().allowed(exchange.origin()) == null) {
      return new Verdict.Refuse(Problem.ORIGIN_NOT_ALLOWED);
    }
    exchange.atEnd(open::decrementAndGet);
    if (open.incrementAndGet() > most) {
      return new Verdict.Refuse(Problem.TOO_MANY_WEBSOCKETS);
    }
    WebSocketHandshake.takeToken(request.headers());
    return Verdict.PROCEED;
  }
}
