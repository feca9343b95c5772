package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a failed attempt is followed by another, and when.
 *
 * @param chance a number from 0 to below 1, another one each time
 */
record Retries(RetryOptions options, DoubleSupplier chance) {

  /** How long to wait before the next attempt; null when there is none. */
  @Nullable Duration next(Fault fault, Request request, Target target) {
    if (fault.cause() == Fault.Cause.STALE) {
      return fault.unsent() || request.repeatable() ? Duration.ZERO : null;
    }
    if (request.attempt() >= options.maxAttempts() || !permitted(fault, request)) {
      return null;
    }
    var wait = wait(fault.kind(), request.attempt());
    return wait.compareTo(request.deadline().left()) < 0 && target.budget().spend() ? wait : null;
  }

  private static boolean permitted(Fault fault, Request request) {
    return switch (fault.cause()) {
      case STALE, MID_STREAM, CALLER, REFUSED -> false;
      case TARGET, ANSWER ->
          fault.unsent()
              || (request.correlation().attempt() == 0
                  && request.repeatable()
                  && permitted(fault.kind()));
    };
  }

  private static boolean permitted(FailureKind kind) {
    return switch (kind) {
      case FailureKind.Retryable _, FailureKind.Throttled _, FailureKind.Unknown _ -> true;
      case FailureKind.Permanent _, FailureKind.Expired _ -> false;
    };
  }

  /** What the other side asks for, and a random time on top: all who wait must not come at once. */
  private Duration wait(FailureKind kind, int attempt) {
    var delay = options.delay();
    for (int i = 1; i < attempt && delay.compareTo(options.maxDelay()) < 0; i++) {
      delay = delay.multipliedBy(2);
    }
    var longest = delay.compareTo(options.maxDelay()) < 0 ? delay : options.maxDelay();
    var jitter = Duration.ofNanos((long) (chance.getAsDouble() * (double) longest.toNanos()));
    return kind instanceof FailureKind.Throttled(var asked) ? asked.plus(jitter) : jitter;
  }
}
