package io.iworx.serviceclient;

import java.time.Duration;
import java.util.Arrays;

/** Attempts and failures of the last while, in ten slots of time. Guarded by its owner's lock. */
final class RollingCounts {
  private static final int SLOTS = 10;

  private final long slotNanos;
  private final int[] attempts = new int[SLOTS];
  private final int[] failures = new int[SLOTS];
  private long slot;

  RollingCounts(Duration window, long now) {
    this.slotNanos = Math.max(1, window.toNanos() / SLOTS);
    this.slot = slotAt(now);
  }

  void add(boolean failed, long now) {
    forget(now);
    var index = Math.floorMod(slot, SLOTS);
    attempts[index]++;
    if (failed) {
      failures[index]++;
    }
  }

  int attempts() {
    return Arrays.stream(attempts).sum();
  }

  int failures() {
    return Arrays.stream(failures).sum();
  }

  void clear() {
    Arrays.fill(attempts, 0);
    Arrays.fill(failures, 0);
  }

  /** Empties the slots that time has moved over. */
  private void forget(long now) {
    var current = slotAt(now);
    if (current - slot >= SLOTS) {
      clear();
      slot = current;
    }
    while (slot < current) {
      slot++;
      var index = Math.floorMod(slot, SLOTS);
      attempts[index] = 0;
      failures[index] = 0;
    }
  }

  private long slotAt(long now) {
    return Math.floorDiv(now, slotNanos);
  }
}
