package io.iworx.correlation;

import java.time.Duration;

/**
 * What a failure permits: the one taxonomy of service client, event bus, sagas and gateway.
 *
 * <p>Callers switch over it without {@code default}.
 */
public sealed interface FailureKind {

  /** Nothing happened, and trying again later may succeed. */
  record Retryable() implements FailureKind {}

  /**
   * Nothing happened because the other side is overloaded.
   *
   * @param retryAfter how long it asks to be left alone; zero when it does not say
   */
  record Throttled(Duration retryAfter) implements FailureKind {

    /**
     * Checks the duration.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public Throttled {
      if (retryAfter.isNegative()) {
        throw new IllegalArgumentException("retryAfter must not be negative: " + retryAfter);
      }
    }
  }

  /** Trying again cannot succeed: never retried. */
  record Permanent() implements FailureKind {}

  /** The deadline has passed: nothing was started. */
  record Expired() implements FailureKind {}

  /** It was sent and no answer came: it may have happened. Retried only with an idempotency key. */
  record Unknown() implements FailureKind {}
}
