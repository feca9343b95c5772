package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** What transactional handlers write: one row an event. */
final class Effects {
  static final String INSERT =
      "INSERT INTO effects (sequence, work_order_id, note) VALUES (?, ?, ?)";

  private static final int NOTE = 100;

  private Effects() {}

  static void createTable(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
              + "sequence bigint NOT NULL, work_order_id text NOT NULL, note text NOT NULL)");
    }
  }

  static void bind(PreparedStatement insert, Order order) throws SQLException {
    insert.setLong(1, order.sequence());
    insert.setString(2, order.workOrderId());
    insert.setString(3, order.text().substring(0, NOTE));
  }
}
