package io.iworx.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The steps that only requests of one route go through.
 *
 * @param limit what counts them; null where nothing does
 * @param shedding what bounds how many are under way; null where nothing does
 * @param last after the steps of all requests, in order
 */
record RouteSteps(@Nullable RateLimitStep limit, @Nullable SheddingStep shedding, List<Step> last) {

  /** Before anything is asked of the caller. */
  Verdict first(Exchange exchange) {
    return limit != null && limit.needsNoIdentity() ? limit.apply(exchange) : Verdict.PROCEED;
  }
}
