package io.iworx.eventbus;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and when a failing event is tried again: exponential backoff with full jitter.
 *
 * @param attempts how often a handler gets an event before it is set aside, at least 1
 * @param base the longest wait before the second attempt; doubled for each further one
 * @param cap the longest wait before any attempt
 */
public record RetryPolicy(int attempts, Duration base, Duration cap) {
  public static final int DEFAULT_ATTEMPTS = 10;
  public static final Duration DEFAULT_BASE = Duration.ofMillis(100);
  public static final Duration DEFAULT_CAP = Duration.ofMinutes(1);

  private static final int MAX_DOUBLINGS = 40;

  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException(
          "A retry policy needs at least 1 attempt, not " + attempts + ".");
    }
    if (base.isNegative() || base.compareTo(cap) > 0) {
      throw new IllegalArgumentException(
          "The waits of a retry policy must not be negative and not over the cap: base "
              + base
              + ", cap "
              + cap
              + ".");
    }
  }

  /** Ten attempts within a minute or so: 100 ms, doubled, at most a minute. */
  public static RetryPolicy defaults() {
    return new RetryPolicy(DEFAULT_ATTEMPTS, DEFAULT_BASE, DEFAULT_CAP);
  }

  /** One attempt, then the event is set aside. */
  public static RetryPolicy never() {
    return defaults().withAttempts(1);
  }

  public RetryPolicy withAttempts(int newAttempts) {
    return new RetryPolicy(newAttempts, base, cap);
  }

  public RetryPolicy withBase(Duration newBase) {
    return new RetryPolicy(attempts, newBase, cap);
  }

  public RetryPolicy withCap(Duration newCap) {
    return new RetryPolicy(attempts, base, newCap);
  }

  /** How long to wait after the given attempt failed: anything from zero up to the backoff. */
  Duration waitAfter(int attempt, RandomGenerator random) {
    var limit = Math.min(cap.toMillis(), doubled(attempt - 1));
    return Duration.ofMillis(limit == 0 ? 0 : random.nextLong(limit + 1));
  }

  private long doubled(int times) {
    var millis = base.toMillis();
    return times > MAX_DOUBLINGS || millis > Long.MAX_VALUE >> times
        ? Long.MAX_VALUE
        : millis << times;
  }
}
