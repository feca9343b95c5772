package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A transactional subscription inserts one effect an event, over a log that is there already.
 *
 * <p>Options: {@code events}, how many are put there for each second of the run; {@code batch},
 * whether the handler takes many events at once. Those of the warm-up are as many of them as it is
 * long.
 */
final class TransactionalHandlers implements Contender {
  private static final int COPIED_AT_ONCE = 1_000;

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage);
    long warming = stage.number("events") * stage.warmup().toMillis() / 1_000;
    long events = warming + stage.number("events") * stage.seconds().toMillis() / 1_000;
    try (Connection connection = stage.connect()) {
      Effects.createTable(connection);
      for (long first = 0; first < events; first += COPIED_AT_ONCE) {
        LogRows.copy(connection, first, COPIED_AT_ONCE);
      }
    }
    AtomicLong handled = new AtomicLong();
    if (stage.flag("batch")) {
      bus.subscribeEffectsInBatches("effects", handled::addAndGet);
    } else {
      bus.subscribeEffects("effects", handled::incrementAndGet);
    }
    await(handled, warming, stage.warmup());
    stage.begin();
    long before = handled.get();
    await(handled, events, stage.seconds());
    long after = handled.get();
    stage.end();
    stage.report("events", after - before);
    stage.report("again", bus.ask("SELECT count(*) - count(DISTINCT sequence) FROM effects"));
  }

  private static void await(AtomicLong handled, long events, Duration atMost)
      throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (System.nanoTime() < deadline && handled.get() < events) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }
}
