package io.iworx.postgres;

import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Checkpoints and leases in {@code event_subscriptions}, on the database's clock. */
final class PostgresSubscriptionStore implements SubscriptionStore {
  private static final String CLAIM =
      """
      INSERT INTO event_subscriptions AS s
        (name, service, patterns, started_at, checkpoint, instance, lease_until, fence)
      VALUES (?, ?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 millisecond', 1)
      ON CONFLICT (name) DO UPDATE
      SET service = excluded.service, patterns = excluded.patterns, instance = excluded.instance,
          lease_until = excluded.lease_until, fence = s.fence + 1, claimed_at = clock_timestamp()
      WHERE s.lease_until IS NULL OR s.lease_until <= clock_timestamp() OR s.instance = excluded.instance
      RETURNING fence, checkpoint
      """;
  private static final String ADVANCE =
      """
      UPDATE event_subscriptions
      SET checkpoint = greatest(checkpoint, ?), advanced_at = clock_timestamp(),
          lease_until = clock_timestamp() + ? * interval '1 millisecond'
      WHERE name = ? AND fence = ?
      """;
  private static final String ADVANCE_ONCE = ADVANCE + " AND checkpoint < ?";
  private static final String CHECKPOINT =
      "SELECT checkpoint FROM event_subscriptions WHERE name = ? AND fence = ?";
  private static final String RELEASE =
      "UPDATE event_subscriptions SET instance = NULL, lease_until = NULL WHERE name = ? AND fence = ?";

  /** Counting stops being worth it somewhere; beyond that the distance in positions will do. */
  private static final String LIST =
      """
      SELECT s.name, s.service, s.patterns, s.started_at, s.checkpoint,
             CASE WHEN head.position - s.checkpoint > 100000 THEN head.position - s.checkpoint
                  ELSE (SELECT count(*) FROM domain_events WHERE position > s.checkpoint) END,
             coalesce((SELECT greatest(extract(epoch FROM clock_timestamp() - published_at) * 1000, 0)
                       FROM domain_events WHERE position > s.checkpoint ORDER BY position LIMIT 1), 0)::bigint,
             CASE WHEN s.lease_until > clock_timestamp() THEN s.instance END,
             (SELECT count(*) FROM event_dead_letters WHERE subscription = s.name)
      FROM event_subscriptions AS s,
           (SELECT coalesce(max(position), 0) AS position FROM domain_events) AS head
      ORDER BY s.name
      """;

  /** An instance that stopped in the middle of a transaction must not keep others waiting. */
  private static final String CLAIM_PATIENCE = "SET LOCAL lock_timeout = '500ms'";

  private final DataSource dataSource;
  private final StartPosition start;

  PostgresSubscriptionStore(DataSource dataSource, Tail tail) {
    this.dataSource = dataSource;
    this.start = new StartPosition(dataSource, tail);
  }

  @Override
  public Optional<Claim> claim(SubscriptionDefinition definition, String instance, Duration lease) {
    try {
      long position = start.of(definition);
      return Transactions.together(
          dataSource, connection -> claim(connection, definition, instance, lease, position));
    } catch (SQLException e) {
      if (SqlStates.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return Optional.empty();
      }
      throw SqlStates.failed("Subscription " + definition.name() + " cannot be claimed", e);
    }
  }

  private static Optional<Claim> claim(
      Connection connection,
      SubscriptionDefinition definition,
      String instance,
      Duration lease,
      long position)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(CLAIM_PATIENCE);
    }
    try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, definition.name());
      statement.setString(2, definition.service());
      statement.setArray(
          3, connection.createArrayOf("text", definition.patterns().toArray(new String[0])));
      statement.setLong(4, position);
      statement.setLong(5, position);
      statement.setString(6, instance);
      statement.setLong(7, lease.toMillis());
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Claim(definition.name(), instance, row.getLong(1), row.getLong(2), lease))
            : Optional.empty();
      }
    }
  }

  @Override
  public void advance(Claim claim, long checkpoint) {
    try {
      int rows =
          Transactions.alone(
              dataSource, connection -> advance(connection, claim, checkpoint, ADVANCE));
      if (rows == 0) {
        throw new ClaimLostException(claim);
      }
    } catch (SQLException e) {
      throw failed(claim, e);
    }
  }

  private static int advance(Connection connection, Claim claim, long checkpoint, String sql)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, checkpoint);
      statement.setLong(2, claim.lease().toMillis());
      statement.setString(3, claim.subscription());
      statement.setLong(4, claim.fence());
      if (sql.equals(ADVANCE_ONCE)) {
        statement.setLong(5, checkpoint);
      }
      return statement.executeUpdate();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>When the answer to an earlier commit was lost, the checkpoint is there already: the work is
   * not done again. Should that commit still be under way, the update below waits for it and then
   * finds nothing to move.
   */
  @Override
  public void handleIn(Claim claim, long checkpoint, TransactionalWork work) throws Exception {
    Transactions.<@Nullable Void, Exception>together(
        dataSource,
        connection -> {
          limitIdling(connection, claim);
          if (checkpoint(connection, claim) >= checkpoint) {
            return null;
          }
          work.run(BorrowedConnection.of(connection));
          if (advance(connection, claim, checkpoint, ADVANCE_ONCE) == 0) {
            throw new ClaimLostException(claim);
          }
          return null;
        });
  }

  private static void limitIdling(Connection connection, Claim claim) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SET LOCAL idle_in_transaction_session_timeout = " + claim.lease().toMillis());
    }
  }

  private static long checkpoint(Connection connection, Claim claim) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CHECKPOINT)) {
      statement.setString(1, claim.subscription());
      statement.setLong(2, claim.fence());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new ClaimLostException(claim);
        }
        return row.getLong(1);
      }
    }
  }

  @Override
  public void setAside(Claim claim, LogEntry entry, int attempts, String reason) {
    try {
      boolean held =
          Transactions.alone(
              dataSource,
              connection -> DeadLetterTable.add(connection, claim, entry, attempts, reason));
      if (!held) {
        throw new ClaimLostException(claim);
      }
    } catch (SQLException e) {
      throw failed(claim, e);
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
  public void release(Claim claim) {
    try {
      Transactions.alone(
          dataSource,
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
              statement.setString(1, claim.subscription());
              statement.setLong(2, claim.fence());
              return statement.executeUpdate();
            }
          });
    } catch (SQLException e) {
      throw failed(claim, e);
    }
  }

  @Override
  public List<SubscriptionStatus> list() {
    try {
      return Transactions.alone(dataSource, PostgresSubscriptionStore::list);
    } catch (SQLException e) {
      throw SqlStates.failed("The subscriptions cannot be listed", e);
    }
  }

  private static List<SubscriptionStatus> list(Connection connection) throws SQLException {
    List<SubscriptionStatus> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(LIST)) {
      while (row.next()) {
        all.add(
            new SubscriptionStatus(
                row.getString(1),
                row.getString(2),
                List.of((String[]) row.getArray(3).getArray()),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                Duration.ofMillis(row.getLong(7)),
                row.getString(8),
                row.getLong(9)));
      }
    }
    return all;
  }

  private static RuntimeException failed(Claim claim, SQLException e) {
    return SqlStates.failed(
        "The state of subscription " + claim.subscription() + " could not be written", e);
  }
}
