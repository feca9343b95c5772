package io.iworx.sagas;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a step is tried.
 *
 * @param retry how often; null for what the instance's options say
 * @param timeout for how long, all attempts together; null for no limit of its own
 */
record StepLimits(@Nullable RetryPolicy retry, @Nullable Duration timeout) {
  static final StepLimits NONE = new StepLimits(null, null);

  StepLimits withRetry(RetryPolicy newRetry) {
    return new StepLimits(newRetry, timeout);
  }

  StepLimits withTimeout(Duration newTimeout) {
    return new StepLimits(retry, newTimeout);
  }

  /** When a step that begins now is over, at the latest at the saga's own end; null for never. */
  @Nullable Instant end(Instant now, @Nullable Instant sagaEnd) {
    if (timeout == null) {
      return sagaEnd;
    }
    var own = now.plus(timeout);
    return sagaEnd == null || own.isBefore(sagaEnd) ? own : sagaEnd;
  }
}
