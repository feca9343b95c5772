package io.iworx.postgres;

import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Subscriptions, their partitions and what waits in them, each write in one transaction. */
final class PostgresSubscriptionStore implements SubscriptionStore {
  /** How long defining a subscription may stand still and others wait for it. */
  private static final Duration DEFINING = Duration.ofSeconds(10);

  private final DataSource dataSource;
  private final StartPosition start;
  private final PostgresSubscriptionAdmin admin;

  PostgresSubscriptionStore(DataSource dataSource, Tail tail) {
    this.dataSource = dataSource;
    this.start = new StartPosition(dataSource, tail);
    this.admin = new PostgresSubscriptionAdmin(dataSource, start);
  }

  @Override
  public void define(SubscriptionDefinition definition) {
    try {
      if (Transactions.alone(
          dataSource, connection -> SubscriptionTable.isDefined(connection, definition))) {
        return;
      }
      var from = start.of(definition.start());
      this.<@Nullable Void, SQLException>together(
          DEFINING,
          connection -> {
            SubscriptionTable.define(connection, definition, from);
            SubscriptionTable.isDefined(connection, definition); // refuses what another said first
            return null;
          });
    } catch (SQLException e) {
      throw SqlStates.failed("Subscription " + definition.name() + " cannot be defined", e);
    }
  }

  @Override
  public List<Standing> attend(
      String instance, Duration lease, List<SubscriptionDefinition> subscriptions) {
    try {
      return Transactions.alone(
          dataSource,
          connection -> SubscriptionTable.attend(connection, instance, lease, subscriptions));
    } catch (SQLException e) {
      throw SqlStates.failed("Instance " + instance + " cannot note its presence", e);
    }
  }

  @Override
  public List<Claim> claim(
      SubscriptionDefinition definition, String instance, Duration lease, int atMost) {
    try {
      return together(
          lease,
          connection ->
              PartitionTable.claim(connection, definition.name(), instance, lease, atMost));
    } catch (SQLException e) {
      throw SqlStates.failed("Subscription " + definition.name() + " cannot be claimed", e);
    }
  }

  @Override
  public List<Claim> advance(List<Advance> advances) {
    List<Advance> moves = advances.stream().filter(Advance::onlyMoves).toList();
    List<Claim> lost = new ArrayList<>();
    try {
      if (!moves.isEmpty()) {
        lost.addAll(
            Transactions.alone(dataSource, connection -> PartitionTable.move(connection, moves)));
      }
      for (Advance advance : advances) {
        if (!advance.onlyMoves() && !written(advance)) {
          lost.add(advance.claim());
        }
      }
      return lost;
    } catch (SQLException e) {
      throw failed(advances.getFirst().claim(), e);
    }
  }

  private boolean written(Advance advance) throws SQLException {
    try {
      this.<@Nullable Void, SQLException>together(
          advance.claim().lease(),
          connection -> {
            PartitionTable.write(connection, advance);
            return null;
          });
      return true;
    } catch (ClaimLostException e) {
      return false;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Should the answer to the commit be lost, the caller claims the partition anew: that waits
   * for this transaction to end one way or the other, and then reads what it left.
   */
  @Override
  public void handleIn(Advance advance, TransactionalWork work) throws Exception {
    this.<@Nullable Void, Exception>together(
        advance.claim().lease(),
        connection -> {
          work.run(BorrowedConnection.of(connection));
          PartitionTable.write(connection, advance);
          return null;
        });
  }

  @Override
  public void release(Advance last) {
    try {
      if (!last.isEmpty()) {
        written(last);
      }
      run(connection -> PartitionTable.release(connection, last.claim()));
    } catch (SQLException e) {
      throw failed(last.claim(), e);
    }
  }

  @Override
  public void leave(String subscription, String instance) {
    try {
      run(connection -> SubscriptionTable.leave(connection, subscription, instance));
    } catch (SQLException e) {
      throw SqlStates.failed("Subscription " + subscription + " cannot be left", e);
    }
  }

  @Override
  public List<DeadLetter> redrives(Claim claim, int limit) {
    try {
      return Transactions.alone(
          dataSource, connection -> DeadLetterTable.redrives(connection, claim, limit));
    } catch (SQLException e) {
      throw SqlStates.failed("The dead letters of " + claim + " cannot be read", e);
    }
  }

  @Override
  public boolean hasDeadLetters(String subscription, String key) {
    try {
      return Transactions.alone(
          dataSource, connection -> DeadLetterTable.anyOf(connection, subscription, key));
    } catch (SQLException e) {
      throw SqlStates.failed("The dead letters of " + subscription + " cannot be read", e);
    }
  }

  @Override
  public SubscriptionAdmin admin() {
    return admin;
  }

  /**
   * In one transaction. Should this process stop in the middle of it for longer, it ends, so that
   * nobody waits for what it has locked.
   */
  private <T extends @Nullable Object, X extends Exception> T together(
      Duration longest, Transactions.Work<T, X> work) throws SQLException, X {
    return Transactions.together(
        dataSource,
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute(
                "SET LOCAL idle_in_transaction_session_timeout = " + longest.toMillis());
          }
          return work.run(connection);
        });
  }

  /** Work without a result. */
  @FunctionalInterface
  private interface Task {
    void run(Connection connection) throws SQLException;
  }

  private void run(Task task) throws SQLException {
    Transactions.<@Nullable Void, SQLException>alone(
        dataSource,
        connection -> {
          task.run(connection);
          return null;
        });
  }

  private static RuntimeException failed(Claim claim, SQLException e) {
    return SqlStates.failed("The state of " + claim + " could not be written", e);
  }
}
