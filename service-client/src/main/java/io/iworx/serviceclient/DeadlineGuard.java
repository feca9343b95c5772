package io.iworx.serviceclient;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.FailureKind;
import java.util.Map;

/** Starts nothing after the deadline, and tells the other side what is left of it. */
final class DeadlineGuard implements Interceptor {

  @Override
  public Reply intercept(Request request, Chain rest) {
    var left = request.deadline().left().toMillis();
    if (left == 0) {
      return new Reply.Unanswered(
          new FailureKind.Expired(),
          "The deadline had passed, so nothing was sent",
          false,
          request.attempt() - 1);
    }
    return rest.proceed(
        request.withHeaders(Map.of(CorrelationHeaders.REQUEST_DEADLINE_MS, Long.toString(left))));
  }
}
