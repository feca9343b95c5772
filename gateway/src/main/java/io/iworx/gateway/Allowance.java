package io.iworx.gateway;

import java.time.Duration;

/** So many of something within a time: what was taken comes back little by little. */
final class Allowance {
  private final int most;
  private final long nanosForOne;
  private int left;
  private long refilled = System.nanoTime();

  Allowance(int most, Duration time) {
    this.most = most;
    this.nanosForOne = Math.max(1, time.toNanos() / most);
    this.left = most;
  }

  /** Takes one; false when none is left. */
  boolean take() {
    return left > 0 && left-- > 0;
  }

  /** Gives some back at once, up to the most there may be. */
  void earn(int some) {
    left = Math.min(most, left + some);
  }

  void tick(long now) {
    var earned = (now - refilled) / nanosForOne;
    if (earned > 0) {
      refilled += earned * nanosForOne;
      earn((int) Math.min(most, earned));
    }
  }
}
