package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/**
 * The partitions of the log, and what can be done with them. Safe for any thread and process.
 *
 * <p>Beginning and dropping one need the log for themselves for a few milliseconds. They ask for it
 * {@value #LOCK_MILLIS} ms at a time, so that nobody who publishes waits for longer behind
 * transactions that are open, and give up after {@value #ATTEMPTS} times.
 */
public final class LogPartitions {
  static final int LOCK_MILLIS = 100;
  static final int ATTEMPTS = 20;
  private static final int PAUSE_MILLIS = 300;

  private final DataSource dataSource;

  private LogPartitions(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Those of a database that {@link Migrations} has migrated. */
  public static LogPartitions of(DataSource dataSource) {
    return new LogPartitions(dataSource);
  }

  /**
   * All of them, the oldest first.
   *
   * @throws EventException when the database cannot be asked
   */
  public List<LogPartition> list() {
    try {
      return Transactions.alone(dataSource, PartitionList::all);
    } catch (SQLException e) {
      throw SqlStates.failed("The partitions of the log cannot be listed", e);
    }
  }

  /**
   * Begins a new partition; what is published from now on enters it.
   *
   * @return its number; empty when there is nothing in the present one
   * @throws EventException when transactions that publish stay open, one after the other
   */
  public OptionalInt rotate() {
    return locked("No new partition of the log could be begun", PartitionChange::rotate);
  }

  /** The same if the present one has been open for that long. */
  OptionalInt rotateAfter(Duration open) {
    try {
      boolean due =
          Transactions.<Boolean, RuntimeException>alone(
              dataSource, connection -> PartitionChange.isOpenFor(connection, open));
      return due ? rotate() : OptionalInt.empty();
    } catch (SQLException e) {
      throw SqlStates.failed("The partitions of the log cannot be looked at", e);
    }
  }

  /**
   * The closed partitions of which every event was published longer ago than that, and which no
   * subscription needs.
   *
   * @param unread whether it does not matter that subscriptions need them
   */
  public List<LogPartition> droppable(Duration olderThan, boolean unread) {
    return expired(olderThan).stream()
        .filter(partition -> unread || partition.neededBy().isEmpty())
        .toList();
  }

  /** The closed partitions that are older than that, whether needed or not. */
  List<LogPartition> expired(Duration olderThan) {
    try {
      return Transactions.alone(
          dataSource, connection -> PartitionList.closedFor(connection, olderThan));
    } catch (SQLException e) {
      throw SqlStates.failed("The partitions of the log cannot be listed", e);
    }
  }

  /**
   * Drops what is {@link #droppable}. Ids of events younger than a week stay taken until then.
   *
   * @return those that are gone
   * @throws EventException when transactions that use the log stay open, one after the other
   */
  public List<LogPartition> drop(Duration olderThan, boolean unread) {
    finish();
    List<LogPartition> gone = new ArrayList<>();
    for (LogPartition partition : droppable(olderThan, unread)) {
      keepIds(partition);
      String what = "The partition " + partition.table() + " could not be dropped";
      OptionalInt detached =
          locked(what, connection -> PartitionChange.detach(connection, partition, unread));
      if (detached.isPresent()) {
        gone.add(partition);
      }
    }
    finish();
    return gone;
  }

  private void keepIds(LogPartition partition) {
    try {
      Transactions.<Integer, RuntimeException>alone(
          dataSource, connection -> PartitionChange.keepIds(connection, partition));
    } catch (SQLException e) {
      if (!"42P01".equals(e.getSQLState())) { // another process has just dropped it
        throw SqlStates.failed("The ids of partition " + partition.table() + " are not kept", e);
      }
    }
  }

  /** Drops tables that are out of the log already, and ids whose time is over. */
  private void finish() {
    try {
      for (LogPartition partition : list()) {
        if (partition.state() == LogPartition.State.DETACHED) {
          Transactions.<Boolean, RuntimeException>together(
              dataSource, connection -> PartitionChange.remove(connection, partition));
        }
      }
      Transactions.<Integer, RuntimeException>alone(dataSource, PartitionChange::forgetIds);
    } catch (SQLException e) {
      throw SqlStates.failed("What was dropped from the log could not be removed", e);
    }
  }

  private OptionalInt locked(String failure, Transactions.Work<OptionalInt, SQLException> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return Transactions.together(dataSource, work);
      } catch (SQLException e) {
        if (!isOccupied(e) || attempt == ATTEMPTS) {
          throw isOccupied(e)
              ? new EventException(
                  failure
                      + ", because transactions on domain_events were open at each of "
                      + ATTEMPTS
                      + " attempts: end those that last long, or try again later.",
                  e)
              : SqlStates.failed(failure, e);
        }
      }
      pause();
    }
  }

  private static boolean isOccupied(SQLException e) {
    return SqlStates.LOCK_NOT_AVAILABLE.equals(e.getSQLState()) || "40P01".equals(e.getSQLState());
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS + ThreadLocalRandom.current().nextInt(PAUSE_MILLIS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EventException("Interrupted while waiting for the log.", e);
    }
  }

  /** So that nobody waits behind us for long. */
  static void bePatientFor(Connection connection, int millis) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("SET LOCAL lock_timeout = " + millis);
    }
  }
}
