package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.Repartitioning;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Subscriptions and dead letters in SQL; each change is one transaction with its note. */
final class PostgresSubscriptionAdmin implements SubscriptionAdmin {
  private static final String REDRIVE =
      """
      UPDATE event_dead_letters SET redrive = true, payload = coalesce(?, payload)
      WHERE subscription = ? AND (event_id = ? OR ?)
      """;
  private static final String DISCARD =
      "DELETE FROM event_dead_letters WHERE subscription = ? AND (event_id = ? OR ?)";
  private static final String PAUSE = "UPDATE event_subscriptions SET paused = ? WHERE name = ?";
  private static final String COUNT_FROM =
      """
      SELECT count(*)
      FROM domain_events AS event, event_subscriptions AS s
      WHERE s.name = ? AND event.position > ?
        AND EXISTS (SELECT FROM unnest(s.patterns) AS w(pattern)
                    WHERE event.event_type = w.pattern
                       OR (right(w.pattern, 1) = '*' AND starts_with(event.event_type, left(w.pattern, -1))))
      """;
  private static final String SERVED_BY =
      """
      SELECT string_agg(DISTINCT instance, ', ')
      FROM (SELECT instance, lease_until FROM event_subscription_instances WHERE subscription = ?
            UNION ALL
            SELECT instance, lease_until FROM event_subscription_partitions WHERE subscription = ?) AS present
      WHERE lease_until > clock_timestamp()
      """;
  private static final String BEGIN_ANEW =
      "UPDATE event_subscriptions SET started_at = least(started_at, ?) WHERE name = ?";
  private static final String MOVE_PARTITIONS =
      """
      UPDATE event_subscription_partitions
      SET checkpoint = ?, pending = ?::int8multirange, fence = fence + 1, instance = NULL, lease_until = NULL
      WHERE subscription = ?
      """;
  private static final String FORGET_BLOCKED =
      "DELETE FROM event_blocked_keys WHERE subscription = ?";
  private static final String REMOVE = "DELETE FROM event_subscriptions WHERE name = ?";
  private static final String NOTE =
      "INSERT INTO event_operations (action, subscription, detail) VALUES (?, ?, ?)";

  private final DataSource dataSource;
  private final StartPosition start;

  PostgresSubscriptionAdmin(DataSource dataSource, StartPosition start) {
    this.dataSource = dataSource;
    this.start = start;
  }

  /** Work that an operator asked for. */
  @FunctionalInterface
  private interface Change<T> {
    T in(Connection connection) throws SQLException;
  }

  private <T> T change(String subscription, Change<T> change) {
    try {
      return Transactions.<T, SQLException>together(dataSource, change::in);
    } catch (SQLException e) {
      throw SqlStates.failed("Subscription " + subscription + " could not be changed", e);
    }
  }

  static long update(Connection connection, String sql, @Nullable Object... values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      return statement.executeUpdate();
    }
  }

  static void note(Connection connection, String action, String subscription, String detail)
      throws SQLException {
    update(connection, NOTE, action, subscription, detail);
  }

  @Override
  public List<SubscriptionStatus> list() {
    try {
      return Transactions.together(dataSource, SubscriptionList::all);
    } catch (SQLException e) {
      throw SqlStates.failed("The subscriptions cannot be listed", e);
    }
  }

  @Override
  public List<DeadLetter> deadLetters(String subscription, int limit) {
    try {
      return Transactions.alone(
          dataSource, connection -> DeadLetterTable.latest(connection, subscription, limit));
    } catch (SQLException e) {
      throw SqlStates.failed("The dead letters of " + subscription + " cannot be listed", e);
    }
  }

  @Override
  public long redrive(String subscription, @Nullable String eventId, @Nullable String payload) {
    return change(
        subscription,
        connection -> {
          long count = update(connection, REDRIVE, payload, subscription, eventId, eventId == null);
          String edited = payload == null ? "" : ", with another payload";
          note(connection, "redrive", subscription, which(eventId) + ": " + count + edited);
          return count;
        });
  }

  @Override
  public long discard(String subscription, @Nullable String eventId) {
    return change(
        subscription,
        connection -> {
          long count = update(connection, DISCARD, subscription, eventId, eventId == null);
          note(connection, "discard", subscription, which(eventId) + ": " + count);
          return count;
        });
  }

  private static String which(@Nullable String eventId) {
    return eventId == null ? "all dead letters" : "event " + eventId;
  }

  @Override
  public boolean pause(String subscription, boolean paused) {
    return change(
        subscription,
        connection -> {
          note(connection, paused ? "pause" : "resume", subscription, "");
          return update(connection, PAUSE, paused, subscription) > 0;
        });
  }

  @Override
  public long countFrom(String subscription, Start from) {
    try {
      Checkpoint checkpoint = start.of(from);
      return Transactions.alone(
          dataSource,
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(COUNT_FROM)) {
              statement.setString(1, subscription);
              statement.setLong(2, checkpoint.position());
              try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
              }
            }
          });
    } catch (SQLException e) {
      throw SqlStates.failed("The events of " + subscription + " cannot be counted", e);
    }
  }

  @Override
  public boolean replay(String subscription, Start from) {
    try {
      Checkpoint checkpoint = start.of(from);
      return change(
          subscription,
          connection -> {
            boolean there = update(connection, BEGIN_ANEW, checkpoint.solid(), subscription) > 0;
            String pending = checkpoint.pending().toString();
            update(connection, MOVE_PARTITIONS, checkpoint.position(), pending, subscription);
            update(connection, FORGET_BLOCKED, subscription);
            note(connection, "replay", subscription, "after position " + checkpoint.position());
            return there;
          });
    } catch (SQLException e) {
      throw SqlStates.failed("Subscription " + subscription + " could not be replayed", e);
    }
  }

  @Override
  public Optional<Repartitioning> repartition(String subscription, int partitions) {
    return change(
        subscription, connection -> RepartitionStep.take(connection, subscription, partitions));
  }

  @Override
  public boolean remove(String subscription) {
    return change(
        subscription,
        connection -> {
          String servers = servers(connection, subscription);
          if (servers != null) {
            throw new EventException(
                "Subscription "
                    + subscription
                    + " is served by "
                    + servers
                    + ": stop what subscribes, and remove it then.");
          }
          long letters = update(connection, DISCARD, subscription, null, true);
          note(connection, "remove", subscription, letters + " dead letters");
          return update(connection, REMOVE, subscription) > 0;
        });
  }

  private static @Nullable String servers(Connection connection, String subscription)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SERVED_BY)) {
      statement.setString(1, subscription);
      statement.setString(2, subscription);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }
}
