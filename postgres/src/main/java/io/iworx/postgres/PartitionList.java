package io.iworx.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of the partitions of the log; a plain table has none. */
final class PartitionList {
  /**
   * A partition is needed by a subscription that is before its last event, has something pending in
   * it, or has a key blocked there or before: later events of a key wait with it.
   */
  private static final String SELECT =
      """
      SELECT p.number, p.first_position, p.last, greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::bigint,
             coalesce(pg_total_relation_size(c.oid), 0), p.opened_at, p.closed_at, p.detached_at,
             ARRAY(
               SELECT subscription FROM event_subscription_partitions
               WHERE checkpoint < p.last OR pending && int8range(p.first_position, p.last, '[]')
               UNION
               SELECT subscription FROM event_blocked_keys
               WHERE position <= p.last AND (key IS NOT NULL OR position >= p.first_position)
               ORDER BY 1)
      FROM (
        SELECT *, coalesce(last_position,
                           CASE WHEN opened_at IS NOT NULL
                                THEN (SELECT max(position) FROM domain_events WHERE position >= first_position) END) AS last
        FROM event_log_partitions
        WHERE EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'domain_events'::regclass)
      ) AS p
      LEFT JOIN pg_class AS c ON c.oid = to_regclass('domain_events_' || p.number)
      """;

  private static final String ALL = SELECT + "ORDER BY p.number";
  private static final String ONE = SELECT + "WHERE p.number = ?";
  private static final String CLOSED_FOR =
      SELECT
          + "WHERE p.detached_at IS NULL AND p.closed_at <= clock_timestamp() - ? * interval '1 millisecond' ORDER BY p.number";

  private PartitionList() {}

  static List<LogPartition> all(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ALL)) {
      return partitions(statement);
    }
  }

  static List<LogPartition> closedFor(Connection connection, Duration time) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CLOSED_FOR)) {
      statement.setLong(1, time.toMillis());
      return partitions(statement);
    }
  }

  /** Who needs it now. */
  static List<String> neededBy(Connection connection, int number) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ONE)) {
      statement.setInt(1, number);
      return partitions(statement).stream().flatMap(it -> it.neededBy().stream()).toList();
    }
  }

  private static List<LogPartition> partitions(PreparedStatement statement) throws SQLException {
    List<LogPartition> all = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        Instant openedAt = instant(row, 6);
        Instant closedAt = instant(row, 7);
        all.add(
            new LogPartition(
                row.getInt(1),
                state(openedAt, closedAt, instant(row, 8)),
                row.getLong(2),
                row.getObject(3, Long.class),
                row.getLong(4),
                row.getLong(5),
                openedAt,
                closedAt,
                List.of((String[]) row.getArray(9).getArray())));
      }
    }
    return all;
  }

  private static LogPartition.State state(
      @Nullable Instant openedAt, @Nullable Instant closedAt, @Nullable Instant detachedAt) {
    if (detachedAt != null) {
      return LogPartition.State.DETACHED;
    }
    if (closedAt != null) {
      return LogPartition.State.CLOSED;
    }
    return openedAt == null ? LogPartition.State.READY : LogPartition.State.OPEN;
  }

  private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
