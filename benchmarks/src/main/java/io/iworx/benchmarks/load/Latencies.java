package io.iworx.benchmarks.load;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Times of single operations. Safe for any thread; what does not fit any more is left out. */
public final class Latencies {
  private static final int CAPACITY = 4_000_000;

  private final long[] nanos = new long[CAPACITY];
  private final AtomicInteger count = new AtomicInteger();

  public void add(long nanoseconds) {
    int place = count.getAndIncrement();
    if (place < CAPACITY) {
      nanos[place] = nanoseconds;
    } else {
      count.set(CAPACITY);
    }
  }

  public int count() {
    return Math.min(count.get(), CAPACITY);
  }

  /** In milliseconds; not a number when there is none. Call it when nobody adds any more. */
  public double percentile(double percent) {
    long[] sorted = Arrays.copyOf(nanos, count());
    if (sorted.length == 0) {
      return Double.NaN;
    }
    Arrays.sort(sorted);
    int place = (int) Math.ceil(percent / 100 * sorted.length) - 1;
    return sorted[Math.max(0, place)] / 1e6;
  }
}
