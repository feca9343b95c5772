package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A transaction that has written to a table that is no business of the bus, and stays open. */
final class ForeignWrite implements AutoCloseable {
  private final Connection connection;

  private ForeignWrite(Connection connection) {
    this.connection = connection;
  }

  static ForeignWrite open(Stage stage) throws SQLException {
    Connection connection = stage.connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS foreign_rows (id int)");
      connection.setAutoCommit(false);
      statement.execute("INSERT INTO foreign_rows VALUES (1)");
    }
    return new ForeignWrite(connection);
  }

  @Override
  public void close() throws SQLException {
    connection.rollback();
    connection.close();
  }
}
