package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.SubscriptionStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How every subscription stands. */
final class SubscriptionList {
  /**
   * What is unread: after the checkpoint of its partition, pending, or blocked. Counting stops
   * being worth it somewhere; beyond that the distance in positions will do, without the leaps
   * between partitions of the log.
   */
  private static final String LIST =
      """
      WITH head AS (SELECT coalesce(max(position), 0) AS position FROM domain_events)
      SELECT s.name, s.service, s.definition, s.patterns, s.paused, s.started_at,
             CASE WHEN unread.events = 100000 THEN greatest(unread.events, coalesce((
                    SELECT sum(greatest(0, coalesce(last_position, head.position)
                                           - greatest(first_position - 1, low.position)))
                    FROM event_log_partitions
                    WHERE opened_at IS NOT NULL AND detached_at IS NULL), head.position - low.position))
                  ELSE unread.events END::bigint,
             coalesce(greatest(extract(epoch FROM clock_timestamp() - unread.since) * 1000, 0), 0)::bigint,
             (SELECT count(*) FROM event_blocked_keys WHERE subscription = s.name),
             (SELECT count(*) FROM event_dead_letters WHERE subscription = s.name),
             s.stop_at, s.stop_for, greatest(extract(epoch FROM clock_timestamp() - s.stepped_at) * 1000, 0)::bigint
      FROM event_subscriptions AS s
      CROSS JOIN head
      CROSS JOIN LATERAL (
        SELECT least(min(checkpoint), min(lower(pending) - 1),
                     (SELECT min(position) - 1 FROM event_blocked_keys WHERE subscription = s.name)) AS position
        FROM event_subscription_partitions
        WHERE subscription = s.name
      ) AS low
      CROSS JOIN LATERAL (
        SELECT count(*) AS events, min(published_at) AS since
        FROM (
          SELECT event.published_at
          FROM domain_events AS event
          JOIN event_subscription_partitions AS p
            ON p.subscription = s.name AND p.partition = event_slot(event.key, event.position) % s.partitions
          WHERE event.position > low.position
            AND (event.position > p.checkpoint OR p.pending @> event.position
                 OR EXISTS (SELECT FROM event_blocked_keys AS b
                            WHERE b.subscription = s.name
                              AND (b.event_id = event.event_id
                                   OR (b.key = event.key AND b.behind <= event.position))))
          ORDER BY event.position
          LIMIT 100000
        ) AS first
      ) AS unread
      ORDER BY s.name
      """;

  private static final String PARTITIONS =
      """
      SELECT partition, checkpoint, pending::text,
             CASE WHEN lease_until > clock_timestamp() THEN instance END, fence
      FROM event_subscription_partitions
      WHERE subscription = ?
      ORDER BY partition
      """;

  private SubscriptionList() {}

  static List<SubscriptionStatus> all(Connection connection) throws SQLException {
    List<SubscriptionStatus> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(LIST)) {
      while (row.next()) {
        String name = row.getString(1);
        all.add(
            new SubscriptionStatus(
                name,
                row.getString(2),
                row.getInt(3),
                List.of((String[]) row.getArray(4).getArray()),
                row.getBoolean(5),
                row.getLong(6),
                row.getLong(7),
                Duration.ofMillis(row.getLong(8)),
                partitions(connection, name),
                BlockedKeyTable.first(connection, name, SubscriptionStatus.MAX_BLOCKED),
                row.getLong(9),
                row.getLong(10),
                change(row)));
      }
    }
    return all;
  }

  private static SubscriptionStatus.@Nullable Change change(ResultSet row) throws SQLException {
    Long stopAt = row.getObject(11, Long.class);
    return stopAt == null
        ? null
        : new SubscriptionStatus.Change(stopAt, row.getInt(12), Duration.ofMillis(row.getLong(13)));
  }

  private static List<SubscriptionStatus.Partition> partitions(Connection connection, String name)
      throws SQLException {
    List<SubscriptionStatus.Partition> all = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(PARTITIONS)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          all.add(
              new SubscriptionStatus.Partition(
                  row.getInt(1),
                  new Checkpoint(row.getLong(2), Positions.parse(row.getString(3))),
                  row.getString(4),
                  row.getLong(5)));
        }
      }
    }
    return all;
  }
}
