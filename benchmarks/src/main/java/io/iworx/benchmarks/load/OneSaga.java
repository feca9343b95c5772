package io.iworx.benchmarks.load;

import io.iworx.sagas.SagaDefinition;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * One caller runs sagas of transactional steps, and four inserts that commit each, by turns, in one
 * JVM on one table: as many commits as such a saga has.
 */
final class OneSaga implements Contender {
  private static final int TURN = 50;
  private static final int COMMITS = Bookings.STEPS + 1;

  @Override
  public void run(Stage stage) throws Exception {
    try (Connection connection = stage.connect();
        OurSagas sagas = OurSagas.open(stage)) {
      Bookings.createTable(connection);
      SagaDefinition<Long, String> definition = sagas.steps(true, false);
      long next = turns(definition, connection, 0, stage.warmup().toNanos(), stage, false);
      stage.begin();
      turns(definition, connection, next, stage.seconds().toNanos(), stage, true);
      stage.end();
    }
  }

  private static long turns(
      SagaDefinition<Long, String> definition,
      Connection connection,
      long first,
      long nanos,
      Stage stage,
      boolean reported)
      throws SQLException {
    Latencies ours = new Latencies();
    Latencies inserts = new Latencies();
    long deadline = System.nanoTime() + nanos;
    long sequence = first;
    while (System.nanoTime() < deadline) {
      for (long end = sequence + TURN; sequence < end; sequence++) {
        long started = System.nanoTime();
        OurSagas.run(definition, sequence, false);
        ours.add(System.nanoTime() - started);
      }
      for (int i = 0; i < TURN; i++) {
        long started = System.nanoTime();
        for (int commit = 0; commit < COMMITS; commit++) {
          Bookings.insert(connection, i, "by hand");
        }
        inserts.add(System.nanoTime() - started);
      }
    }
    if (reported) {
      stage.report("saga", ours);
      stage.report("inserts", inserts);
    }
    return sequence;
  }
}
