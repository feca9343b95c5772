package io.iworx.benchmarks.load;

import io.iworx.postgres.ConnectionPool;
import java.sql.Connection;

/**
 * The rows of the steps alone, each inserted by a statement that commits: no saga, and nothing that
 * would survive a crash in between.
 */
final class RowsByHand implements Contender {

  @Override
  public void run(Stage stage) throws Exception {
    ConnectionPool pool = Ourselves.pool(stage, Ourselves.CONNECTIONS);
    try (Connection connection = stage.connect()) {
      Bookings.createTable(connection);
    }
    SagaCallers.measure(
        stage,
        sequence -> {
          for (String step : new String[] {"inventory", "technician", "notice"}) {
            try (Connection connection = pool.getConnection()) {
              Bookings.insert(connection, sequence, step);
            }
          }
        });
  }
}
