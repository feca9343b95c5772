package io.iworx.benchmarks.load;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.sql.Connection;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A subscription from the earliest of {@code events} that are there already. A quarter of them
 * warms up another one first. Reports the most heap that was still used after a collection, too.
 */
final class CatchUp implements Contender {
  private static final int COPIED_AT_ONCE = 1_000;
  private static final int WARMING_PART = 4;
  private static final long LOOK_MILLIS = 50;

  @Override
  public void run(Stage stage) throws Exception {
    long events = stage.number("events");
    Ourselves bus = Ourselves.open(stage);
    copy(stage, 0, events / WARMING_PART);
    AtomicLong warming = new AtomicLong();
    try (AutoCloseable _ = bus.subscribeFromEarliest("warming", _ -> warming.incrementAndGet())) {
      await(warming, events / WARMING_PART);
    }
    copy(stage, events / WARMING_PART, events);
    AtomicLong handled = new AtomicLong();
    stage.begin();
    try (AutoCloseable _ = bus.subscribeFromEarliest("behind", _ -> handled.incrementAndGet())) {
      long heap = await(handled, events);
      bus.awaitCheckpoints(Set.of("behind"));
      stage.end();
      stage.report("events", events);
      stage.report("heap", heap / 1e6);
    }
  }

  private static void copy(Stage stage, long from, long to) throws Exception {
    try (Connection connection = stage.connect()) {
      for (long first = from; first < to; first += COPIED_AT_ONCE) {
        LogRows.copy(connection, first, (int) Math.min(COPIED_AT_ONCE, to - first));
      }
    }
  }

  /** Returns the most bytes seen in use after a collection. */
  private static long await(AtomicLong count, long events) throws InterruptedException {
    long most = 0;
    while (count.get() < events) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      most = Math.max(most, usedAfterCollection());
    }
    return most;
  }

  private static long usedAfterCollection() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .map(MemoryPoolMXBean::getCollectionUsage)
        .mapToLong(CatchUp::used)
        .sum();
  }

  private static long used(MemoryUsage usage) {
    return usage == null ? 0 : usage.getUsed();
  }
}
