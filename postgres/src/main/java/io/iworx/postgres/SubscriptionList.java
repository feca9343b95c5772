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
  /** Beyond that many unread events ahead their number is told from positions. */
  static final int COUNTED = 10_000;

  /** So many events after the first of a blocked key are searched for others that wait. */
  static final int SCANNED = 100_000;

  /**
   * What is unread: ahead of the checkpoint of its partition, or behind it but pending or blocked.
   * No more is counted than is worth it, since this is asked under load and a key may be blocked
   * for weeks: further ahead the distance in positions will do, without the leaps between
   * partitions of the log.
   */
  private static final String LIST =
      """
      WITH head AS (SELECT coalesce(max(position), 0) AS position FROM domain_events)
      SELECT s.name, s.service, s.definition, s.patterns, s.paused, s.started_at,
             (behind.events + CASE WHEN ahead.looked_at = :counted THEN greatest(ahead.events, coalesce((
                    SELECT sum(greatest(0, coalesce(last_position, head.position)
                                           - greatest(first_position - 1, checkpoint.mean)))
                    FROM event_log_partitions
                    WHERE opened_at IS NOT NULL AND detached_at IS NULL), head.position - checkpoint.mean))
                  ELSE ahead.events END)::bigint,
             coalesce(greatest(extract(epoch FROM clock_timestamp() - least(ahead.since, behind.since)) * 1000, 0), 0)::bigint,
             (SELECT count(*) FROM event_blocked_keys WHERE subscription = s.name),
             (SELECT count(*) FROM event_dead_letters WHERE subscription = s.name),
             s.stop_at, s.stop_for, greatest(extract(epoch FROM clock_timestamp() - s.stepped_at) * 1000, 0)::bigint
      FROM event_subscriptions AS s
      CROSS JOIN head
      CROSS JOIN LATERAL (
        SELECT min(checkpoint) AS lowest, max(checkpoint) AS highest, avg(checkpoint) AS mean
        FROM event_subscription_partitions
        WHERE subscription = s.name
      ) AS checkpoint
      CROSS JOIN LATERAL (
        SELECT count(*) AS looked_at, count(*) FILTER (WHERE event.position > p.checkpoint) AS events,
               min(event.published_at) FILTER (WHERE event.position > p.checkpoint) AS since
        FROM (
          SELECT position, key, published_at FROM domain_events
          WHERE position > checkpoint.lowest
          ORDER BY position LIMIT :counted
        ) AS event
        JOIN event_subscription_partitions AS p
          ON p.subscription = s.name AND p.partition = event_slot(event.key, event.position) % s.partitions
      ) AS ahead
      CROSS JOIN LATERAL (
        SELECT count(*) AS events, min(published_at) AS since
        FROM (
          SELECT event.position, event.published_at
          FROM event_subscription_partitions AS p
          CROSS JOIN unnest(p.pending) AS gap
          CROSS JOIN LATERAL (
            SELECT * FROM domain_events
            WHERE position >= lower(gap) AND position < upper(gap) AND position <= p.checkpoint
            ORDER BY position LIMIT :counted
          ) AS event
          WHERE p.subscription = s.name AND event_slot(event.key, event.position) % s.partitions = p.partition
          UNION
          SELECT event.position, event.published_at
          FROM event_blocked_keys AS b
          JOIN event_subscription_partitions AS p USING (subscription, partition)
          CROSS JOIN LATERAL (
            SELECT * FROM domain_events WHERE position = b.position AND event_id = b.event_id
          ) AS event
          WHERE b.subscription = s.name AND event.position <= p.checkpoint
          UNION
          SELECT event.position, event.published_at
          FROM (
            SELECT position, key, published_at FROM domain_events
            WHERE position >= (SELECT min(behind) FROM event_blocked_keys WHERE subscription = s.name AND key IS NOT NULL)
              AND position <= checkpoint.highest
            ORDER BY position LIMIT :scanned
          ) AS event
          JOIN event_blocked_keys AS b ON b.subscription = s.name AND b.key = event.key AND b.behind <= event.position
          JOIN event_subscription_partitions AS p
            ON p.subscription = s.name AND p.partition = b.partition AND p.checkpoint >= event.position
        ) AS waiting
      ) AS behind
      ORDER BY s.name
      """
          .replace(":counted", Integer.toString(COUNTED))
          .replace(":scanned", Integer.toString(SCANNED));

  private static final String PARTITIONS =
      """
      SELECT partition, checkpoint, pending::text,
             CASE WHEN lease_until > clock_timestamp() THEN instance END, fence
      FROM event_subscription_partitions
      WHERE subscription = ?
      ORDER BY partition
      """;

  private SubscriptionList() {}

  /** Call it in a transaction. */
  static List<SubscriptionStatus> all(Connection connection) throws SQLException {
    List<SubscriptionStatus> all = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL jit = off"); // it took six times as long as the query itself
      ResultSet row = statement.executeQuery(LIST);
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
