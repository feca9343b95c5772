package io.iworx.benchmarks.peers;

import io.iworx.benchmarks.load.Stage;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

/** Waits until a query says that nothing is open any more. */
final class Settled {
  private Settled() {}

  /**
   * Returns when the query answers false.
   *
   * @param open one row, one boolean: whether something is still open
   */
  static void await(Stage stage, String open) throws SQLException, InterruptedException {
    try (Connection connection = stage.connect();
        Statement statement = connection.createStatement()) {
      while (isTrue(statement, open)) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }

  private static boolean isTrue(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getBoolean(1);
    }
  }
}
