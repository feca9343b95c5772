package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What subscriptions there are and which instances serve them, in {@code event_subscriptions} and
 * {@code event_subscription_instances}.
 */
final class SubscriptionTable {
  private static final String DEFINE =
      """
      INSERT INTO event_subscriptions AS s (name, service, definition, patterns, partitions, started_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (name) DO UPDATE
      SET service = excluded.service, definition = excluded.definition, patterns = excluded.patterns
      WHERE s.definition < excluded.definition
      """;
  private static final String MAKE_PARTITIONS =
      """
      INSERT INTO event_subscription_partitions (subscription, partition, checkpoint, pending)
      SELECT name, partition, ?, ?::int8multirange
      FROM event_subscriptions, generate_series(0, partitions - 1) AS partition
      WHERE name = ? AND NOT EXISTS (SELECT FROM event_subscription_partitions WHERE subscription = name)
      """;
  private static final String DEFINED =
      "SELECT definition, patterns FROM event_subscriptions WHERE name = ?";

  /** The rank among the instances that are present decides who gets the odd partitions. */
  private static final String ATTEND =
      """
      WITH mine AS (
        SELECT s.name, m.definition, m.place
        FROM unnest(?::text[], ?::integer[]) WITH ORDINALITY AS m (name, definition, place)
        JOIN event_subscriptions AS s ON s.name = m.name
      ), present AS (
        INSERT INTO event_subscription_instances AS i (subscription, instance, definition, lease_until)
        SELECT name, ?, definition, clock_timestamp() + ? * interval '1 millisecond' FROM mine
        ON CONFLICT (subscription, instance) DO UPDATE
        SET definition = excluded.definition, lease_until = excluded.lease_until
      ), other AS (
        SELECT i.subscription, i.instance, i.definition, i.lease_until
        FROM event_subscription_instances AS i
        JOIN mine ON mine.name = i.subscription
        WHERE i.instance <> ? AND i.lease_until > clock_timestamp()
      )
      SELECT s.name, s.partitions, s.definition, s.paused, s.stop_at,
             (SELECT count(*) FROM other
              WHERE other.subscription = s.name AND other.definition = s.definition),
             (SELECT count(*) FROM other
              WHERE other.subscription = s.name AND other.definition = s.definition AND other.instance < ?),
             EXISTS (SELECT FROM event_dead_letters AS d WHERE d.subscription = s.name AND d.redrive)
               OR EXISTS (SELECT FROM event_blocked_keys AS b
                          WHERE b.subscription = s.name AND b.retry_at IS NULL
                            AND NOT EXISTS (SELECT FROM event_dead_letters AS d
                                            WHERE d.subscription = s.name AND d.key = b.key)),
             coalesce((SELECT extract(epoch FROM min(lease_until) - clock_timestamp()) * 1000
                       FROM (SELECT lease_until FROM other WHERE other.subscription = s.name
                             UNION ALL
                             SELECT lease_until FROM event_subscription_partitions AS p
                             WHERE p.subscription = s.name AND p.instance <> ?) AS ending), ?)::bigint,
             s.stop_at IS NOT NULL
               AND NOT EXISTS (SELECT FROM event_subscription_partitions AS p
                               WHERE p.subscription = s.name AND p.checkpoint <> s.stop_at)
      FROM mine
      JOIN event_subscriptions AS s ON s.name = mine.name
      """;

  private static final String LEAVE =
      """
      DELETE FROM event_subscription_instances
      WHERE subscription = ? AND (instance = ? OR lease_until < clock_timestamp() - interval '1 hour')
      """;

  /** So that a look right after the end of a lease sees it ended. */
  private static final long AFTER_LEASE_MILLIS = 20;

  /** So that delivery stands still for no longer than it must. */
  private static final Duration WHILE_DRAINING = Duration.ofMillis(100);

  private SubscriptionTable() {}

  /** Whether the subscription is there, with this definition or a newer one. */
  static boolean isDefined(Connection connection, SubscriptionDefinition definition)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DEFINED)) {
      statement.setString(1, definition.name());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next() || row.getInt(1) < definition.number()) {
          return false;
        }
        Set<String> known = Set.of((String[]) row.getArray(2).getArray());
        if (row.getInt(1) == definition.number()
            && !known.equals(Set.copyOf(definition.patterns()))) {
          throw new EventException(
              "Definition "
                  + definition.number()
                  + " of subscription "
                  + definition.name()
                  + " is for "
                  + String.join(", ", known.stream().sorted().toList())
                  + ", and this instance says "
                  + String.join(", ", definition.patterns())
                  + ": give the changed types the definition number "
                  + (definition.number() + 1)
                  + " with SubscriptionOptions.withDefinition.");
        }
        return true;
      }
    }
  }

  static void define(Connection connection, SubscriptionDefinition definition, Checkpoint start)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DEFINE)) {
      statement.setString(1, definition.name());
      statement.setString(2, definition.service());
      statement.setInt(3, definition.number());
      statement.setArray(
          4, connection.createArrayOf("text", definition.patterns().toArray(new String[0])));
      statement.setInt(5, definition.partitions());
      statement.setLong(6, start.solid());
      statement.executeUpdate();
    }
    try (PreparedStatement statement = connection.prepareStatement(MAKE_PARTITIONS)) {
      statement.setLong(1, start.position());
      statement.setString(2, start.pending().toString());
      statement.setString(3, definition.name());
      statement.executeUpdate();
    }
  }

  static List<Standing> attend(
      Connection connection,
      String instance,
      Duration lease,
      List<SubscriptionDefinition> subscriptions)
      throws SQLException {
    Map<String, Standing> standings = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(ATTEND)) {
      statement.setArray(
          1,
          connection.createArrayOf(
              "text",
              subscriptions.stream().map(SubscriptionDefinition::name).toArray(String[]::new)));
      statement.setArray(
          2,
          connection.createArrayOf(
              "integer",
              subscriptions.stream().map(SubscriptionDefinition::number).toArray(Integer[]::new)));
      statement.setString(3, instance);
      statement.setLong(4, lease.toMillis());
      statement.setString(5, instance);
      statement.setString(6, instance);
      statement.setString(7, instance);
      statement.setLong(8, lease.toMillis());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          standings.put(row.getString(1), standing(row, subscriptions));
        }
      }
    }
    List<Standing> inOrder = new ArrayList<>();
    for (SubscriptionDefinition subscription : subscriptions) {
      inOrder.add(standings.getOrDefault(subscription.name(), removed(subscription, lease)));
    }
    return inOrder;
  }

  private static Standing standing(ResultSet row, List<SubscriptionDefinition> subscriptions)
      throws SQLException {
    String name = row.getString(1);
    int partitions = row.getInt(2);
    int newest = row.getInt(3);
    boolean paused = row.getBoolean(4);
    long stopAt = row.getLong(5);
    OptionalLong stop = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(stopAt);
    int present = row.getInt(6) + 1;
    int rank = row.getInt(7);
    boolean behind =
        subscriptions.stream().anyMatch(it -> it.name().equals(name) && it.number() < newest);
    boolean letsGo = row.getBoolean(10);
    int share = partitions / present + (rank < partitions % present ? 1 : 0);
    return new Standing(
        name,
        partitions,
        paused || behind || letsGo ? 0 : share,
        newest,
        paused,
        stop,
        row.getBoolean(8),
        stop.isPresent()
            ? WHILE_DRAINING
            : Duration.ofMillis(Math.max(0, row.getLong(9)) + AFTER_LEASE_MILLIS));
  }

  private static Standing removed(SubscriptionDefinition subscription, Duration lease) {
    return new Standing(
        subscription.name(),
        0,
        0,
        subscription.number(),
        false,
        OptionalLong.empty(),
        false,
        lease);
  }

  static void leave(Connection connection, String subscription, String instance)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LEAVE)) {
      statement.setString(1, subscription);
      statement.setString(2, instance);
      statement.executeUpdate();
    }
  }
}
