package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * The inserts of {@link TransactionalHandlers} alone, a hundred a commit, on one connection. Option
 * {@code batch}: by {@code addBatch}, rewritten to multi-row inserts as in our own pool.
 */
final class RawHandlers implements Contender {
  private static final int TOGETHER = 100;

  @Override
  public void run(Stage stage) throws Exception {
    boolean batch = stage.flag("batch");
    try (Connection connection = Ourselves.pool(stage, 1).getConnection()) {
      Effects.createTable(connection);
      connection.setAutoCommit(false);
      try (PreparedStatement insert = connection.prepareStatement(Effects.INSERT)) {
        long first = insertFor(connection, insert, batch, 0, stage.warmup().toNanos());
        stage.begin();
        long end = insertFor(connection, insert, batch, first, stage.seconds().toNanos());
        stage.end();
        stage.report("events", end - first);
      }
    }
  }

  private static long insertFor(
      Connection connection, PreparedStatement insert, boolean batch, long first, long nanos)
      throws SQLException {
    long deadline = System.nanoTime() + nanos;
    long sequence = first;
    while (System.nanoTime() < deadline) {
      for (int i = 0; i < TOGETHER; i++) {
        Effects.bind(insert, Order.of(sequence, 1));
        sequence++;
        if (batch) {
          insert.addBatch();
        } else {
          insert.executeUpdate();
        }
      }
      if (batch) {
        insert.executeBatch();
      }
      connection.commit();
    }
    return sequence;
  }
}
