package io.iworx.gateway;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One caller's tokens as a single number: the moment at which the bucket is full again (the generic
 * cell rate algorithm). Taking one allocates nothing and takes no lock.
 */
final class TokenBucket {
  private final long interval;
  private final long capacity;
  private final AtomicLong fullAt;

  /**
   * A full bucket.
   *
   * @param share the part of the limit that the bucket is for: one of so many
   */
  TokenBucket(RateLimit limit, int share, long now) {
    this.interval = Math.ceilDiv(limit.per().toNanos(), limit.requests()) * share;
    this.capacity = Math.max(interval, interval / share * limit.burst());
    this.fullAt = new AtomicLong(now);
  }

  /** Takes a token: 0, or the nanoseconds until there will be one. */
  long take(long now) {
    while (true) {
      var full = fullAt.get();
      var next = (full - now > 0 ? full : now) + interval;
      var wait = next - now - capacity;
      if (wait > 0) {
        return wait;
      }
      if (fullAt.compareAndSet(full, next)) {
        return 0;
      }
    }
  }

  /** Whole seconds that a wait takes, at least one. */
  static int seconds(long nanos) {
    return (int) Math.max(1, Duration.ofNanos(nanos + 999_999_999L).toSeconds());
  }
}
