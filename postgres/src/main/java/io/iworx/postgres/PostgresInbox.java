package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * The table {@code iworx_inbox} in a service's own PostgreSQL database: which events its handlers
 * are done with, for {@link io.iworx.eventbus.Delivery#once}. The service makes it, with its own
 * migrations from {@link #sql} or by {@link #createTable}, in the first schema of its search path.
 */
public final class PostgresInbox {
  private static final String ADD =
      "INSERT INTO iworx_inbox (subscription, event_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
  private static final String TRIM =
      "DELETE FROM iworx_inbox WHERE handled_at < clock_timestamp() - ? * interval '1 second'";
  private static final String MISSING_TABLE = "42P01";

  private PostgresInbox() {}

  /** What makes the table, and does nothing where it is. */
  public static String sql() {
    try (InputStream file = PostgresInbox.class.getResourceAsStream("inbox.sql")) {
      if (file == null) {
        throw new IllegalStateException("inbox.sql is missing in the jar of iworx-postgres.");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the table, unless it is there; in the transaction of the connection if it has one. */
  public static void createTable(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql());
    }
  }

  /**
   * Deletes notes older than that; an event that is delivered once more after that has its effect
   * once more. Reads the whole table, which has no index on the time: a daily task.
   *
   * @return how many there were
   */
  public static long trim(Connection connection, Duration olderThan) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TRIM)) {
      statement.setLong(1, olderThan.toSeconds());
      return statement.executeLargeUpdate();
    }
  }

  /** {@link io.iworx.eventbus.spi.Inbox#add}. */
  static boolean add(Connection connection, String subscription, String eventId)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, subscription);
      statement.setString(2, eventId);
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      if (MISSING_TABLE.equals(e.getSQLState())) {
        throw new EventException(
            "Event "
                + eventId
                + " cannot be noted as handled by "
                + subscription
                + ": the handler's database has no table iworx_inbox; make it with the SQL of PostgresInbox.sql(), or with PostgresInbox.createTable(connection).",
            e);
      }
      throw e;
    }
  }
}
