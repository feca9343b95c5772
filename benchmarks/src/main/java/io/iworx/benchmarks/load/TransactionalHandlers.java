package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A transactional subscription inserts one effect an event, over a log that is there already.
 *
 * <p>Option {@code events}: how many are put there for each second of the run.
 */
final class TransactionalHandlers implements Contender {
  private static final int COPIED_AT_ONCE = 1_000;

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage);
    long events = stage.number("events") * stage.warmup().plus(stage.seconds()).toMillis() / 1_000;
    try (Connection connection = stage.connect()) {
      Effects.createTable(connection);
      for (long first = 0; first < events; first += COPIED_AT_ONCE) {
        LogRows.copy(connection, first, COPIED_AT_ONCE);
      }
    }
    AtomicLong handled = new AtomicLong();
    bus.subscribeEffects("effects", handled::incrementAndGet);
    TimeUnit.NANOSECONDS.sleep(stage.warmup().toNanos());
    stage.begin();
    long before = handled.get();
    long deadline = System.nanoTime() + stage.seconds().toNanos();
    while (System.nanoTime() < deadline && handled.get() < events) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    long after = handled.get();
    stage.end();
    stage.report("events", after - before);
    stage.report("again", bus.ask("SELECT count(*) - count(DISTINCT sequence) FROM effects"));
  }
}
