package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.time.Clock;

/** What a status that is no success permits. */
final class StatusKind {
  private StatusKind() {}

  static FailureKind of(Reply.Answered answer, Clock clock) {
    var status = answer.status();
    return switch (status) {
      case 429 -> RetryAfter.throttled(answer, clock);
      case 503 ->
          answer.header("retry-after") == null
              ? new FailureKind.Retryable()
              : RetryAfter.throttled(answer, clock);
      // The request was not taken: it arrived too slowly, or too early.
      case 408, 425 -> new FailureKind.Retryable();
      case 501, 505 -> new FailureKind.Permanent();
      // 502 and 504 are the gateway's "sent, and no usable answer"; a 500 broke off in the middle.
      default -> status >= 500 ? new FailureKind.Unknown() : new FailureKind.Permanent();
    };
  }
}
