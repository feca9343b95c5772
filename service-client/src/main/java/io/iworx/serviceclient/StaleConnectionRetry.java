package io.iworx.serviceclient;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.FailureKind;
import java.util.Map;

/**
 * Tries once more when a kept connection turned out to be closed by the other side, which is the
 * ordinary end of a kept connection and no failure of the call. Only where that cannot do a thing
 * twice: nothing was sent, or repeating is allowed.
 */
final class StaleConnectionRetry implements Interceptor {

  @Override
  public Reply intercept(Request request, Chain rest) {
    var reply = rest.proceed(request);
    if (reply instanceof Reply.Unanswered(var kind, _, var stale, _)
        && stale
        && (kind instanceof FailureKind.Retryable || request.repeatable())) {
      var again = request.nextAttempt();
      return rest.proceed(
          again.withHeaders(Map.of(CorrelationHeaders.ATTEMPT, Integer.toString(again.attempt()))));
    }
    return reply;
  }
}
