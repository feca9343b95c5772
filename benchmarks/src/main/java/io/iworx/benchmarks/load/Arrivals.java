package io.iworx.benchmarks.load;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Times from when an order was due to when its handler was called. */
final class Arrivals {
  private volatile Latencies latencies = new Latencies();
  private final AtomicLong count = new AtomicLong();
  private volatile long since = Long.MAX_VALUE;

  void handle(Order order) {
    if (order.sentAt() >= since) {
      latencies.add(System.nanoTime() - order.sentAt());
    }
    count.incrementAndGet();
  }

  /** From now on they count; forgets what was before. */
  void measure() {
    latencies = new Latencies();
    since = System.nanoTime();
  }

  /** Returns what was measured, once so many orders have been handled in all. */
  Latencies after(long orders) throws InterruptedException {
    while (count.get() < orders) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    since = Long.MAX_VALUE;
    return latencies;
  }
}
