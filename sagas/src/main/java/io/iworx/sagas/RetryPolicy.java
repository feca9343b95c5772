package io.iworx.sagas;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and how soon a failing attempt is repeated: exponential with full jitter.
 *
 * @param maxAttempts tries in all, from 1
 * @param firstDelay upper bound of the pause after the first failure; it doubles from then on
 * @param maxDelay where doubling ends
 */
public record RetryPolicy(int maxAttempts, Duration firstDelay, Duration maxDelay) {

  /** For steps: five attempts within about two seconds. */
  public static final RetryPolicy STEPS =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(5));

  /** For compensations: ten attempts within about a minute, because giving up needs a person. */
  public static final RetryPolicy COMPENSATIONS =
      new RetryPolicy(10, Duration.ofMillis(200), Duration.ofSeconds(30));

  public RetryPolicy {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException(
          "A retry policy allows at least one attempt, not " + maxAttempts + ".");
    }
    if (firstDelay.isNegative() || maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException(
          "A retry policy's delays must not be negative, nor the longest shorter than the first: "
              + firstDelay
              + ", "
              + maxDelay
              + ".");
    }
  }

  /** The pause after a failed attempt, from 1. */
  Duration delayAfter(int attempt, RandomGenerator random) {
    var doubled = firstDelay.toMillis() << Math.min(attempt - 1, 20);
    var bound = Math.min(maxDelay.toMillis(), doubled);
    return Duration.ofMillis(random.nextLong(bound + 1));
  }
}
