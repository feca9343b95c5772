package io.iworx.gateway;

import io.iworx.gateway.RoutePolicies.HeaderChanges;
import io.netty.handler.codec.http.HttpHeaders;

/** Changes a request's header and, when it is there, that of its answer. */
record HeaderStep(HeaderChanges request, HeaderChanges answer) implements Step {

  @Override
  public Verdict apply(Exchange exchange) {
    change(exchange.request().headers(), request);
    if (!answer.equals(HeaderChanges.NONE)) {
      exchange.atAnswer((_, headers) -> change(headers, answer));
    }
    return Verdict.PROCEED;
  }

  private static void change(HttpHeaders headers, HeaderChanges changes) {
    changes.remove().forEach(headers::remove);
    changes.set().forEach(headers::set);
  }
}
