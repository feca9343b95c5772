package io.iworx.gateway;

import io.iworx.gateway.RoutePolicies.LoadShedding;

/**
 * Lets through as many requests as the service answers without becoming slower. One counts until
 * the head of its answer: how long a client takes to read is not the service's.
 */
final class SheddingStep implements Step {
  private final LoadShedding bounds;
  private final AdaptiveLimit limit;

  SheddingStep(LoadShedding bounds) {
    this.bounds = bounds;
    this.limit = new AdaptiveLimit(bounds, System.nanoTime());
  }

  LoadShedding bounds() {
    return bounds;
  }

  AdaptiveLimit limit() {
    return limit;
  }

  @Override
  public Verdict apply(Exchange exchange) {
    if (!limit.enter()) {
      return new Verdict.Refuse(Problem.shed(exchange.route().service()));
    }
    var counted = new Counted(limit, System.nanoTime());
    exchange.atAnswer((status, _) -> counted.answered(status));
    exchange.atEnd(() -> counted.over(exchange));
    return Verdict.PROCEED;
  }

  /** One request under way, on its event loop. */
  private static final class Counted {
    private final AdaptiveLimit limit;
    private final long begun;
    private boolean over;

    Counted(AdaptiveLimit limit, long begun) {
      this.limit = limit;
      this.begun = begun;
    }

    void answered(int status) {
      if (!over) {
        over = true;
        var now = System.nanoTime();
        limit.answered(now - begun, status == 503 || status == 504, now);
      }
    }

    /** Without an answer of the service. */
    void over(Exchange exchange) {
      if (!over && exchange.wasSent() && exchange.status() == 504) {
        answered(504);
      } else if (!over) {
        over = true;
        limit.left();
      }
    }
  }
}
