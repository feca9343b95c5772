package io.iworx.benchmarks.load;

import io.iworx.sagas.SagaDefinition;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;

/**
 * Two instances have a definition; 32 callers use it on one, which is killed ({@code kill -9}).
 * Reports after what time the other has ended all sagas, how many those were, and of all bookings
 * how many are there twice and how many are missing.
 *
 * <p>Option {@code transactional}.
 */
final class KilledSagas implements Contender {
  private static final long LOOK_MILLIS = 20;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  private static final String OPEN =
      "SELECT count(*) FROM sagas WHERE state IN ('RUNNING', 'COMPENSATING')";

  private static final String TWICE =
      "SELECT coalesce(sum(rows - 1), 0) FROM "
          + "(SELECT count(*) AS rows FROM bookings GROUP BY sequence, step) AS booked";

  private static final String ALL =
      "SELECT (SELECT 3 * count(*) FROM sagas) - count(DISTINCT (sequence, step)) FROM bookings";

  @Override
  public void run(Stage stage) throws Exception {
    try (Connection connection = stage.connect();
        OurSagas survivor = OurSagas.open(stage)) {
      Bookings.createTable(connection);
      survivor.steps(stage.flag("transactional"), false);
      Instance victim = Instance.start(stage, "instance-of-sagas", _ -> {});
      TimeUnit.NANOSECONDS.sleep(stage.warmup().plus(stage.seconds()).toNanos());
      victim.kill();
      long killed = System.nanoTime();
      stage.report("open", Idle.ask(connection, OPEN));
      while (Idle.ask(connection, OPEN) > 0) {
        if (System.nanoTime() - killed > PATIENCE) {
          throw new IllegalStateException("Sagas of the killed instance were not ended.");
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      stage.report("again", (System.nanoTime() - killed) / 1e9);
      stage.report("twice", Idle.ask(connection, TWICE));
      stage.report("missing", Idle.ask(connection, ALL));
    }
  }

  /** The one that is killed. */
  static final class Running implements Contender {
    private static final int CALLERS = 32;

    @Override
    public void run(Stage stage) throws Exception {
      SagaDefinition<Long, String> definition =
          OurSagas.open(stage).steps(stage.flag("transactional"), false);
      Callers callers =
          new Callers(
              CALLERS, () -> Long.MAX_VALUE, sequence -> OurSagas.run(definition, sequence, false));
      callers.callFor(stage.warmup().plus(stage.seconds()).multipliedBy(2)); // longer than it lives
    }
  }
}
