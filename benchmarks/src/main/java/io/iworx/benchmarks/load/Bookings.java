package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/** What the steps of every side of {@code run sagas} write: one row each, undone by another. */
public final class Bookings {
  /** The steps of a saga, in order; on the path of failure the last fails before it writes. */
  public static final int STEPS = 3;

  private static final String INSERT =
      "INSERT INTO bookings (sequence, step, note) VALUES (?, ?, ?)";

  private static final String NOTE = "a hundred characters of a note to be kept ".repeat(3);

  private Bookings() {}

  public static void createTable(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE bookings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
              + "sequence bigint NOT NULL, step text NOT NULL, note text NOT NULL)");
    }
  }

  /** One row, on a connection in whatever mode it is. */
  public static void insert(Connection connection, long sequence, String step) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setLong(1, sequence);
      insert.setString(2, step);
      insert.setString(3, NOTE);
      insert.executeUpdate();
    }
  }

  /** How many rows a saga leaves. */
  public static int rows(boolean failing) {
    return failing ? 2 * (STEPS - 1) : STEPS;
  }

  static long count(Connection connection) throws SQLException {
    return Idle.ask(connection, "SELECT count(*) FROM bookings");
  }
}
