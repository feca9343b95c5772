package io.iworx.postgres;

import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the table: its end on a connection that is kept, everything else on one that is borrowed.
 *
 * <p>It does not matter which server process answers, nor whether it is always the same: only the
 * order of the answers does. One thread at a time may look at the end; the rest is safe for any.
 */
final class LogReader implements LogSource, AutoCloseable {
  /**
   * With an upper bound, which excludes nothing, the planner expects few rows and takes the index,
   * also of a partition that was empty when it planned.
   */
  static final String NEXT =
      "SELECT "
          + EventRows.COLUMNS
          + " FROM domain_events WHERE position > ? AND position <= "
          + Long.MAX_VALUE
          + " ORDER BY position LIMIT ?";

  /** The limit only makes each range a walk along the index. */
  private static final String NEXT_AND_LATE =
      "SELECT * FROM (SELECT "
          + EventRows.COLUMNS
          + " FROM domain_events WHERE position > ? AND position <= "
          + Long.MAX_VALUE
          + " ORDER BY position LIMIT ?) AS next"
          + " UNION ALL SELECT late.* FROM unnest(?::int8multirange) AS gap"
          + " CROSS JOIN LATERAL (SELECT "
          + EventRows.COLUMNS
          + " FROM domain_events WHERE position >= lower(gap) AND position < upper(gap)"
          + " ORDER BY position LIMIT 1000000) AS late";

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
  private static final String BEFORE_LAST =
      "SELECT coalesce((SELECT position FROM domain_events ORDER BY position DESC OFFSET ? LIMIT 1), 0)";
  private static final String FIRST_AFTER =
      "SELECT min(position) FROM domain_events WHERE position > ?";

  /** Whoever begins a partition waits until nobody writes to the one before. */
  private static final String BEFORE_PARTITION =
      "SELECT coalesce(max(first_position), 0) - 1 FROM event_log_partitions"
          + " WHERE opened_at IS NOT NULL AND first_position <= ?";

  private final DataSource dataSource;
  private final String writers;
  private @Nullable Connection kept;

  LogReader(DataSource dataSource, LogTable table) {
    this.dataSource = dataSource;
    this.writers = table.writers();
  }

  @Override
  public Look look(Positions gaps, long after, int limit) throws SQLException {
    return keeping(
        connection ->
            gaps.isEmpty()
                ? next(connection, after, limit)
                : nextAndLate(connection, gaps, after, limit));
  }

  private static Look next(Connection connection, long after, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
      statement.setLong(1, after);
      statement.setInt(2, limit);
      return new Look(List.of(), entries(statement));
    }
  }

  private static Look nextAndLate(Connection connection, Positions gaps, long after, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEXT_AND_LATE)) {
      statement.setLong(1, after);
      statement.setInt(2, limit);
      statement.setString(3, gaps.toString());
      List<LogEntry> late = new ArrayList<>();
      List<LogEntry> next = new ArrayList<>();
      for (LogEntry entry : entries(statement)) {
        (entry.position() > after ? next : late).add(entry);
      }
      next.sort(Comparator.comparingLong(LogEntry::position));
      late.sort(Comparator.comparingLong(LogEntry::position));
      return new Look(late, next);
    }
  }

  @Override
  public Set<String> writers() throws SQLException {
    return keeping(
        connection -> {
          Set<String> holders = new HashSet<>();
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(writers)) {
            while (row.next()) {
              holders.add(row.getString(1));
            }
          }
          return holders;
        });
  }

  @Override
  public long beforeLast(int rows) throws SQLException {
    return keeping(connection -> number(connection, BEFORE_LAST, rows));
  }

  @Override
  public long beforePartition(long position) throws SQLException {
    return keeping(connection -> number(connection, BEFORE_PARTITION, position));
  }

  @Override
  public List<LogEntry> rows(long after, long upTo, int limit) throws SQLException {
    return Transactions.alone(dataSource, connection -> rows(connection, after, upTo, limit));
  }

  static List<LogEntry> rows(Connection connection, long after, long upTo, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
      statement.setLong(1, after);
      statement.setLong(2, upTo);
      statement.setInt(3, limit);
      return entries(statement);
    }
  }

  @Override
  public long firstAfter(long position) throws SQLException {
    long first =
        Transactions.alone(dataSource, connection -> number(connection, FIRST_AFTER, position));
    return first == 0 ? Long.MAX_VALUE : first;
  }

  @Override
  public List<LogEntry> at(Positions positions) throws SQLException {
    if (positions.isEmpty()) {
      return List.of();
    }
    return Transactions.alone(
        dataSource,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(AT)) {
            Long[] all = positions.stream().boxed().toArray(Long[]::new);
            statement.setArray(1, connection.createArrayOf("bigint", all));
            return entries(statement);
          }
        });
  }

  /** The rows of a key after a position and up to another. */
  List<LogEntry> ofKey(String key, long after, long upTo, int limit) throws SQLException {
    return Transactions.alone(
        dataSource,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(OF_KEY)) {
            statement.setString(1, key);
            statement.setLong(2, after);
            statement.setLong(3, upTo);
            statement.setInt(4, limit);
            return entries(statement);
          }
        });
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

  private static long number(Connection connection, String sql, long parameter)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, parameter);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private <T> T keeping(Transactions.Work<T, SQLException> work) throws SQLException {
    if (kept != null) {
      try {
        return work.run(kept);
      } catch (SQLException e) {
        // It may have been broken for long; only a fresh connection says whether that is over.
        close();
      }
    }
    Connection fresh = dataSource.getConnection();
    kept = fresh;
    try {
      // Each statement needs a snapshot of its own, taken after the answer to the one before.
      fresh.setAutoCommit(true);
      return work.run(fresh);
    } catch (SQLException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() {
    try {
      if (kept != null) {
        kept.close();
      }
    } catch (SQLException e) {
      // It was broken; there is nothing left to give back.
    }
    kept = null;
  }
}
