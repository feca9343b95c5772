package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Follows the end of the log on one connection.
 *
 * <p>Two things would be wrong on changing connections. The names of lock holders belong to one run
 * of the server. And a crash can take back numbers that were handed out to transactions that never
 * committed, and hand them out again: only the position of a row that was seen is durable. So all
 * else is forgotten with the connection.
 *
 * <p>Not safe for several threads.
 */
final class LogReader implements AutoCloseable {
  private static final String ROWS =
      "SELECT "
          + EventRows.COLUMNS
          + " FROM domain_events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?";
  private static final String AT =
      "SELECT "
          + EventRows.COLUMNS
          + " FROM domain_events WHERE position = ANY (?) ORDER BY position";
  private static final String OF_KEY =
      "SELECT "
          + EventRows.COLUMNS
          + " FROM domain_events WHERE key = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?";
  private static final String LAST_ROW =
      "SELECT coalesce(max(position), 0) FROM domain_events WHERE position <= ?";

  private final Connection connection;
  private final PreparedStatement probe;
  private final PreparedStatement rows;
  private SettledMarks marks = new SettledMarks();
  private int backend;

  private LogReader(Connection connection, LogTable table) throws SQLException {
    this.connection = connection;
    this.probe = connection.prepareStatement(table.probe());
    this.rows = connection.prepareStatement(ROWS);
  }

  static LogReader open(DataSource dataSource, LogTable table) throws SQLException {
    Connection connection = dataSource.getConnection();
    try {
      // Each statement needs a snapshot of its own, taken after the answer to the one before.
      connection.setAutoCommit(true);
      return new LogReader(connection, table);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** The position up to which every row is there that ever will be. */
  long settled() throws SQLException {
    probe.execute();
    long handedOut;
    try (ResultSet row = probe.getResultSet()) {
      row.next();
      handedOut = row.getLong(1);
      int now = row.getInt(2);
      if (now != backend) {
        // A pooler between us and the server gave us another server process.
        marks = new SettledMarks();
        backend = now;
      }
    }
    probe.getMoreResults();
    Set<String> holders = new HashSet<>();
    try (ResultSet row = probe.getResultSet()) {
      while (row.next()) {
        holders.add(row.getString(1));
      }
    }
    return marks.observe(handedOut, holders);
  }

  /** Whether somebody writes whom {@link #settled()} waits for. */
  boolean isWaiting() {
    return marks.isWaiting();
  }

  /** The rows after a position up to a settled one, oldest first. */
  List<LogEntry> rows(long after, long upTo, int limit) throws SQLException {
    return rows(rows, after, upTo, limit);
  }

  /** The same on any connection: what is settled is settled for everybody. */
  static List<LogEntry> rows(Connection connection, long after, long upTo, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
      return rows(statement, after, upTo, limit);
    }
  }

  /** The rows at these positions, as far as they show. */
  static List<LogEntry> at(Connection connection, Positions positions) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(AT)) {
      statement.setArray(
          1, connection.createArrayOf("bigint", positions.stream().boxed().toArray(Long[]::new)));
      return entries(statement);
    }
  }

  /** The rows of a key after a position and up to another. */
  static List<LogEntry> ofKey(Connection connection, String key, long after, long upTo, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OF_KEY)) {
      statement.setString(1, key);
      statement.setLong(2, after);
      statement.setLong(3, upTo);
      statement.setInt(4, limit);
      return entries(statement);
    }
  }

  private static List<LogEntry> rows(PreparedStatement statement, long after, long upTo, int limit)
      throws SQLException {
    statement.setLong(1, after);
    statement.setLong(2, upTo);
    statement.setInt(3, limit);
    return entries(statement);
  }

  private static List<LogEntry> entries(PreparedStatement statement) throws SQLException {
    List<LogEntry> entries = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        entries.add(EventRows.entry(row));
      }
    }
    return entries;
  }

  /** The position of the last row up to a settled position; 0 when there is none. */
  long lastRow(long upTo) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LAST_ROW)) {
      statement.setLong(1, upTo);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken; there is nothing left to give back.
    }
  }
}
