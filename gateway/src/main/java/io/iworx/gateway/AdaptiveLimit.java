package io.iworx.gateway;

import io.iworx.gateway.RoutePolicies.LoadShedding;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests may be under way, by the gradient of how long they take: when a window of them
 * took longer than those when little was under way, the limit goes down in proportion, else up by a
 * little. A request that failed as one does for want of capacity takes a tenth. All event loops
 * share it; one computes when a window is over, the others go on.
 */
final class AdaptiveLimit {
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int WINDOW_SAMPLES = 20;

  /** How much slower than at best is no sign of too much. */
  private static final double TOLERANCE = 1.5;

  /** By how much the best is forgotten in a window, so that a service may become another. */
  private static final double FORGOTTEN = 1.002;

  private static final double SMOOTHING = 0.2;
  private static final double DROP = 0.9;

  private final LoadShedding bounds;
  private final AtomicInteger underWay = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final LongAdder samples = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final LongAdder drops = new LongAdder();
  private final AtomicLong windowEnd;
  private double exact;
  private double best = Double.MAX_VALUE;
  private volatile int limit;

  AdaptiveLimit(LoadShedding bounds, long now) {
    this.bounds = bounds;
    this.exact = Math.clamp(50, bounds.min(), bounds.max());
    this.limit = (int) exact;
    this.windowEnd = new AtomicLong(now + WINDOW_NANOS);
  }

  int limit() {
    return limit;
  }

  int underWay() {
    return underWay.get();
  }

  /** Whether one more may be under way; it is, then, until {@link #answered} or {@link #left}. */
  boolean enter() {
    var now = underWay.incrementAndGet();
    if (now > limit) {
      underWay.decrementAndGet();
      return false;
    }
    if (now > most.get()) {
      most.set(now); // a race loses a little of a hint
    }
    return true;
  }

  /** A request was answered after so long. */
  void answered(long tookNanos, boolean forWantOfCapacity, long now) {
    underWay.decrementAndGet();
    if (forWantOfCapacity) {
      drops.increment();
    } else {
      samples.increment();
      nanos.add(tookNanos);
    }
    var end = windowEnd.get();
    if (now - end >= 0
        && (samples.sum() >= WINDOW_SAMPLES || drops.sum() > 0)
        && windowEnd.compareAndSet(end, now + WINDOW_NANOS)) {
      adapt();
    }
  }

  /** A request ended in a way that tells nothing of the service. */
  void left() {
    underWay.decrementAndGet();
  }

  // Only who has moved the window's end on is here; the next window is long enough after it.
  private synchronized void adapt() {
    var count = samples.sumThenReset();
    var took = nanos.sumThenReset();
    var dropped = drops.sumThenReset();
    var busiest = most.getAndSet(0);
    if (dropped > 0) {
      change(exact * DROP);
    } else if (count > 0) {
      var average = (double) took / count;
      best = Math.min(best * FORGOTTEN, average);
      var gradient = Math.clamp(TOLERANCE * best / average, 0.5, 1.0);
      var next = exact * gradient + Math.sqrt(exact);
      if (next < exact || busiest * 2 >= limit) { // what nobody needs does not grow
        change(exact * (1 - SMOOTHING) + next * SMOOTHING);
      }
    }
  }

  private void change(double next) {
    exact = Math.clamp(next, bounds.min(), bounds.max());
    limit = (int) exact;
  }
}
