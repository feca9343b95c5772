package io.iworx.serviceclient;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a call is over, on the monotonic clock: a wall clock that steps does not lengthen a call.
 *
 * @param nanoTime the moment, as {@link System#nanoTime()} counts
 * @param inherited whether the context set it, so that nobody waits after it; else the client's own
 *     timeout did
 */
record Deadline(long nanoTime, boolean inherited) {

  static Deadline nearer(Duration timeout, @Nullable Instant contextDeadline, Clock clock) {
    var now = System.nanoTime();
    var left = contextDeadline == null ? null : Duration.between(clock.instant(), contextDeadline);
    return left == null || timeout.compareTo(left) <= 0
        ? new Deadline(now + timeout.toNanos(), false)
        : new Deadline(now + Math.max(0, left.toNanos()), true);
  }

  /** What is left; zero when it has passed. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  boolean passed() {
    return nanoTime - System.nanoTime() <= 0;
  }
}
