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
 * <p>The log is a plain table without any until {@link #partition} makes it a partitioned one,
 * which it then stays.
 *
 * <p>Beginning and dropping one need the log for themselves for a few milliseconds. They ask for it
 * {@value #LOCK_MILLIS} ms at a time, so that nobody who publishes waits for longer behind
 * transactions that are open, and give up after {@value #ATTEMPTS} times.
 */
public final class LogPartitions {
  static final int LOCK_MILLIS = 100;
  static final int ATTEMPTS = 20;
  private static final int PAUSE_MILLIS = 300;

  /** What our functions raise says what is wrong and what to do. */
  private static final String OUR_OWN_WORDS = "P0001";

  private final DataSource dataSource;

  private LogPartitions(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** Those of a database that {@link Migrations} has migrated. */
  public static LogPartitions of(DataSource dataSource) {
    return new LogPartitions(dataSource);
  }

  /**
   * Whether there are any.
   *
   * @throws EventException when the database cannot be asked
   */
  public boolean isPartitioned() {
    return read(LogConversion::isDone);
  }

  /**
   * How large the whole log is.
   *
   * @throws EventException when the database cannot be asked
   */
  public LogSize size() {
    return read(LogSize::of);
  }

  /**
   * Makes the log a partitioned table, with what was the table as its first partition, if it is not
   * one yet. Nobody is held up for longer than beginning a partition does, while checking the rows,
   * in one pass, takes its time. Interrupted in the middle, it is to be repeated.
   *
   * @return whether it was a plain table
   * @throws EventException when something hangs on the table that hangs on no partitioned one, such
   *     as a foreign key, or transactions that publish stay open, one after the other
   */
  public boolean partition() {
    if (isPartitioned()) {
      return false;
    }
    String failure = "The log could not become a partitioned table";
    locked(failure, LogConversion::begin);
    locked(failure, LogConversion::validate);
    return locked(failure, LogConversion::swap);
  }

  /**
   * All of them, the oldest first.
   *
   * @throws EventException when the database cannot be asked
   */
  public List<LogPartition> list() {
    return read(PartitionList::all);
  }

  /**
   * Begins a new partition; what is published from now on enters it.
   *
   * @return its number; empty when there is nothing in the present one
   * @throws EventException when the log is a plain table, or transactions that publish stay open,
   *     one after the other
   */
  public OptionalInt rotate() {
    requirePartitions();
    return locked("No new partition of the log could be begun", PartitionChange::rotate);
  }

  /** The same if the present one has been open for that long. */
  OptionalInt rotateAfter(Duration open) {
    boolean due = read(connection -> PartitionChange.isOpenFor(connection, open));
    return due ? rotate() : OptionalInt.empty();
  }

  /**
   * The closed partitions of which every event was published longer ago than that, and which no
   * subscription needs.
   *
   * @param unread whether it does not matter that subscriptions need them
   * @throws EventException when the log is a plain table
   */
  public List<LogPartition> droppable(Duration olderThan, boolean unread) {
    requirePartitions();
    return expired(olderThan).stream()
        .filter(partition -> unread || partition.neededBy().isEmpty())
        .toList();
  }

  /** The closed partitions that are older than that, whether needed or not. */
  List<LogPartition> expired(Duration olderThan) {
    return read(connection -> PartitionList.closedFor(connection, olderThan));
  }

  /**
   * Drops what is {@link #droppable}. Ids of events younger than a week stay taken until then.
   *
   * @return those that are gone
   * @throws EventException when the log is a plain table, or transactions that use it stay open,
   *     one after the other
   */
  public List<LogPartition> drop(Duration olderThan, boolean unread) {
    requirePartitions();
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

  private void requirePartitions() {
    if (!isPartitioned()) {
      throw new EventException(
          "The log is one plain table, which nothing can be dropped from as a whole: make it a partitioned one first, with './iworx log rotate', LogPartitions.partition() or the section 'retention' of the configuration.");
    }
  }

  private <T> T read(Transactions.Work<T, RuntimeException> work) {
    try {
      return Transactions.alone(dataSource, work);
    } catch (SQLException e) {
      throw SqlStates.failed("The partitions of the log cannot be looked at", e);
    }
  }

  private <T> T locked(String failure, Transactions.Work<T, SQLException> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return Transactions.together(dataSource, work);
      } catch (SQLException e) {
        if (!isOccupied(e) || attempt == ATTEMPTS) {
          throw failed(failure, e);
        }
      }
      pause();
    }
  }

  private static EventException failed(String what, SQLException e) {
    if (isOccupied(e)) {
      return new EventException(
          what
              + ", because transactions on domain_events were open at each of "
              + ATTEMPTS
              + " attempts: end those that last long, or try again later.",
          e);
    }
    return OUR_OWN_WORDS.equals(e.getSQLState())
        ? new EventException(what + ": " + firstLine(e) + ".", e)
        : SqlStates.failed(what, e);
  }

  private static String firstLine(SQLException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").replace("ERROR: ", "");
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
