package io.iworx.benchmarks.load;

import io.iworx.sagas.SagaDefinition;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many sagas that wait for a day, or for an event. Reports what they take of the heap of the
 * instance that started them, after a collection, and how many statements a second it sends
 * meanwhile.
 *
 * <p>Options: {@code sagas}, how many; {@code events}, whether they wait for events.
 */
final class WaitingSagas implements Contender {
  private static final int STARTERS = 64;
  private static final long LOOK_MILLIS = 100;

  /** What was started has been told, and pools are as small as they become. */
  private static final long SETTLING_SECONDS = 5;

  @Override
  public void run(Stage stage) throws Exception {
    int sagas = stage.number("sagas");
    try (Connection connection = stage.connect();
        OurSagas ours = OurSagas.open(stage)) {
      SagaDefinition<Long, String> waiting = ours.waiting(stage.flag("events"));
      start(waiting, STARTERS, 0);
      awaitWaiting(connection, STARTERS);
      long idle = usedHeap();
      start(waiting, sagas, STARTERS);
      awaitWaiting(connection, sagas);
      TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
      stage.report("memory", (usedHeap() - idle) / 1e6);
      try (Connection beside =
          DriverManager.getConnection(stage.option("beside"), stage.user(), stage.password())) {
        Idle.countStatements(stage, beside);
      }
    }
  }

  private static void start(SagaDefinition<Long, String> waiting, int end, int first)
      throws Exception {
    AtomicInteger next = new AtomicInteger(first);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?>[] starters = new Future<?>[STARTERS];
      for (int i = 0; i < STARTERS; i++) {
        starters[i] = threads.submit(() -> startNext(waiting, next, end));
      }
      for (Future<?> starter : starters) {
        starter.get();
      }
    }
  }

  private static void startNext(SagaDefinition<Long, String> waiting, AtomicInteger next, int end) {
    for (int sequence = next.getAndIncrement(); sequence < end; sequence = next.getAndIncrement()) {
      waiting.start("saga-" + sequence, (long) sequence);
    }
  }

  private static void awaitWaiting(Connection connection, int sagas) throws Exception {
    String waiting = "SELECT count(*) FROM sagas WHERE wake_at > now()";
    while (Idle.ask(connection, waiting) < sagas) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
