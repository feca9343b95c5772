package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.Repartitioning;
import io.iworx.eventbus.spi.Repartitioning.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A step towards another number of partitions, in the transaction of a connection. Where it is
 * stands in the tables alone: {@code stop_at}, the checkpoints, and who holds the partitions.
 */
final class RepartitionStep {
  private static final String SUBSCRIPTION =
      "SELECT partitions, paused, stop_at FROM event_subscriptions WHERE name = ? FOR NO KEY UPDATE";

  private static final String STAND =
      """
      SELECT min(checkpoint), max(checkpoint),
             coalesce(array_agg(DISTINCT instance ORDER BY instance)
                        FILTER (WHERE instance IS NOT NULL AND lease_until > clock_timestamp()), '{}'),
             EXISTS (SELECT FROM event_subscription_instances AS i
                     WHERE i.subscription = ? AND i.lease_until > clock_timestamp())
      FROM event_subscription_partitions
      WHERE subscription = ?
      """;

  /** Nobody claims or moves a partition before the step is over. */
  private static final String LOCK =
      """
      SELECT partition FROM event_subscription_partitions WHERE subscription = ?
      ORDER BY partition FOR UPDATE
      """;

  private static final String STOP =
      "UPDATE event_subscriptions SET stop_at = ?, stop_for = ?, stepped_at = clock_timestamp() WHERE name = ?";

  /**
   * The old partitions as one: up to the highest checkpoint, save what any of them has before it.
   * What is pending in one and shows by now may be done in the one it belongs to; what does not
   * show belongs to nobody yet. Positions between two partitions of the log are nobody's for ever.
   */
  private static final String JOINED =
      """
      WITH part AS (
        SELECT p.partition, s.partitions,
               p.pending + int8multirange(int8range(p.checkpoint, max(p.checkpoint) OVER (), '(]')) AS open
        FROM event_subscription_partitions AS p
        JOIN event_subscriptions AS s ON s.name = p.subscription
        WHERE p.subscription = ?
      ), own AS (
        SELECT open - coalesce((
                 SELECT range_agg(int8range(event.position, event.position, '[]'))
                 FROM unnest(open) AS range
                 JOIN domain_events AS event ON event.position >= lower(range) AND event.position < upper(range)
                 WHERE event_slot(event.key, event.position) % partitions <> partition), '{}') AS pending
        FROM part
      ), joined AS (
        SELECT coalesce(range_agg(pending), '{}')
               * coalesce((SELECT range_agg(int8range(first_position, last_position, '[]'))
                           FROM event_log_partitions), '{(,)}') AS pending
        FROM own
      )
      SELECT pending::text, (SELECT count(*) FROM unnest(pending)) FROM joined
      """;

  private static final String FENCE =
      "SELECT max(fence) + 1, max(checkpoint) FROM event_subscription_partitions WHERE subscription = ?";
  private static final String DROP =
      "DELETE FROM event_subscription_partitions WHERE subscription = ?";
  private static final String MAKE =
      """
      INSERT INTO event_subscription_partitions (subscription, partition, checkpoint, pending, fence)
      SELECT ?, partition, ?, ?::int8multirange, ? FROM generate_series(0, ? - 1) AS partition
      """;
  private static final String MOVE_BLOCKED =
      """
      UPDATE event_blocked_keys AS b
      SET partition = CASE
            WHEN key IS NOT NULL THEN event_slot(key, position)
            ELSE coalesce((SELECT event_slot(event.key, event.position)
                           FROM domain_events AS event WHERE event.position = b.position),
                          event_slot(NULL, position))
          END % ?
      WHERE subscription = ?
      """;
  private static final String FINISH =
      "UPDATE event_subscriptions SET partitions = ?, stop_at = NULL, stop_for = NULL WHERE name = ?";

  /** More pending ranges than this are not written into new partitions: let it be drained first. */
  private static final int MAX_RANGES = 100;

  private RepartitionStep() {}

  /** How the partitions stand. */
  private record Stand(long lowest, long highest, List<String> holders, boolean served) {}

  static Optional<Repartitioning> take(Connection connection, String name, int wanted)
      throws SQLException {
    if (wanted < 1 || wanted > SubscriptionOptions.MAX_PARTITIONS) {
      throw new EventException(
          "A subscription has 1 to "
              + SubscriptionOptions.MAX_PARTITIONS
              + " partitions, not "
              + wanted
              + ".");
    }
    try (PreparedStatement statement = connection.prepareStatement(SUBSCRIPTION)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        int partitions = row.getInt(1);
        Long stopAt = row.getObject(3, Long.class);
        if (wanted == partitions) {
          return Optional.of(ended(connection, name, partitions, stopAt));
        }
        if (row.getBoolean(2)) {
          throw new EventException(
              "Subscription "
                  + name
                  + " is paused, so that its partitions cannot come to one position: resume it first.");
        }
        return Optional.of(next(connection, name, partitions, wanted, stopAt));
      }
    }
  }

  /** It has that number: a change under way is over. */
  private static Repartitioning ended(
      Connection connection, String name, int partitions, @Nullable Long stopAt)
      throws SQLException {
    if (stopAt != null) {
      PostgresSubscriptionAdmin.update(connection, STOP, null, null, name);
      PostgresSubscriptionAdmin.note(connection, "repartition", name, "stays at " + partitions);
    }
    return new Repartitioning(State.DONE, partitions, 0, 0, List.of());
  }

  private static Repartitioning next(
      Connection connection, String name, int partitions, int wanted, @Nullable Long stopAt)
      throws SQLException {
    Stand stand = stand(connection, name);
    long stop =
        stopAt == null || !stand.served() ? stand.highest() : Math.max(stopAt, stand.highest());
    PostgresSubscriptionAdmin.update(connection, STOP, stop, wanted, name);
    if (stopAt == null) {
      PostgresSubscriptionAdmin.note(
          connection, "repartition", name, "from " + partitions + " to " + wanted + " begins");
    }
    var waiting = waiting(partitions, stop, stand);
    if (waiting.isEmpty()) {
      lock(connection, name); // not before: those who deliver are not to wait for every look
      stand = stand(connection, name);
      waiting = waiting(partitions, stop, stand);
    }
    if (waiting.isPresent()) {
      return waiting.get();
    }
    divideAnew(connection, name, wanted);
    PostgresSubscriptionAdmin.note(
        connection, "repartition", name, "from " + partitions + " to " + wanted + " at " + stop);
    return new Repartitioning(State.DONE, wanted, stop, 0, List.of());
  }

  /** What there is to wait for; where nobody serves, nothing will happen by waiting. */
  private static Optional<Repartitioning> waiting(int partitions, long stop, Stand stand) {
    var isThere = stand.lowest() == stop && stand.highest() == stop;
    if (stand.holders().isEmpty() && (isThere || !stand.served())) {
      return Optional.empty();
    }
    return Optional.of(
        new Repartitioning(
            isThere ? State.LETTING_GO : State.DRAINING,
            partitions,
            stop,
            Math.max(0, stop - stand.lowest()),
            stand.holders()));
  }

  private static void lock(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      statement.setString(1, name);
      statement.executeQuery().close();
    }
  }

  private static Stand stand(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STAND)) {
      statement.setString(1, name);
      statement.setString(2, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return new Stand(
            row.getLong(1),
            row.getLong(2),
            List.of((String[]) row.getArray(3).getArray()),
            row.getBoolean(4));
      }
    }
  }

  private static void divideAnew(Connection connection, String name, int wanted)
      throws SQLException {
    String pending = pending(connection, name);
    long fence;
    long checkpoint;
    try (PreparedStatement statement = connection.prepareStatement(FENCE)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        fence = row.getLong(1);
        checkpoint = row.getLong(2);
      }
    }
    PostgresSubscriptionAdmin.update(connection, DROP, name);
    PostgresSubscriptionAdmin.update(connection, MAKE, name, checkpoint, pending, fence, wanted);
    PostgresSubscriptionAdmin.update(connection, MOVE_BLOCKED, wanted, name);
    PostgresSubscriptionAdmin.update(connection, FINISH, wanted, name);
  }

  private static String pending(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(JOINED)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getLong(2) > MAX_RANGES) {
          throw new EventException(
              "The partitions of subscription "
                  + name
                  + " are too far apart to be joined as they are, or it has too much pending: start the service that subscribes, so that they come to one position, and repeat.");
        }
        return row.getString(1);
      }
    }
  }
}
