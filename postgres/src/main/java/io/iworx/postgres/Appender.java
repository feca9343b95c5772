package io.iworx.postgres;

import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of one caller: in the caller's transaction, or in one of their own with as many
 * attempts as its time allows.
 */
final class Appender {
  /** Connections for callers on their own, and as many again for those who wait for a lock. */
  private static final int AT_ONCE = 4;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final DataSource dataSource;
  private final PublishOptions options;
  private final Semaphore brisk = new Semaphore(AT_ONCE, true);
  private final Semaphore patient = new Semaphore(AT_ONCE, true);

  Appender(DataSource dataSource, PublishOptions options) {
    this.dataSource = dataSource;
    this.options = options;
  }

  /**
   * Appends in a transaction of its own. When the connection breaks it is not known whether the
   * commit was carried out; sending the same ids again settles it, since the second insert waits
   * for the first transaction and finds its rows.
   *
   * @param giveUpAt no attempt begins after this, in the time of {@link System#nanoTime}
   * @param before what an attempt together with others has met; null when there was none
   */
  List<LogEntry> append(List<Draft> drafts, long giveUpAt, @Nullable WriteFailure before) {
    boolean maybeStored = before != null && before.maybeStored();
    Semaphore turns = brisk;
    Duration lockPatience = options.lockPatience();
    Duration pause = FIRST_PAUSE;
    while (true) {
      takeTurn(turns, drafts, giveUpAt, maybeStored);
      WriteFailure failure;
      try {
        return write(drafts, lockPatience, giveUpAt);
      } catch (WriteFailure e) {
        failure = e;
      } finally {
        turns.release();
      }
      maybeStored |= failure.maybeStored();
      if (failure.isLockTimeout() && turns.equals(brisk)) {
        // The others of this caller's batch are past it by now; from here on only it waits.
        turns = patient;
        lockPatience = atLeast(options.lockPatience(), left(giveUpAt));
      } else if (!failure.isPassing()) {
        throw AppendErrors.refused(drafts, failure.cause());
      } else {
        if (left(giveUpAt).isNegative() || !paused(pause)) {
          throw AppendErrors.gaveUp(drafts, maybeStored, failure.cause());
        }
        pause = atMost(LONGEST_PAUSE, pause.multipliedBy(2));
      }
    }
  }

  private static void takeTurn(
      Semaphore turns, List<Draft> drafts, long giveUpAt, boolean maybeStored) {
    try {
      if (!turns.tryAcquire(Math.max(0, left(giveUpAt).toNanos()), TimeUnit.NANOSECONDS)) {
        throw AppendErrors.tooLate(drafts, maybeStored);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw AppendErrors.interrupted(drafts, maybeStored);
    }
  }

  private List<LogEntry> write(List<Draft> drafts, Duration lockPatience, long giveUpAt)
      throws WriteFailure {
    boolean sent = false;
    try (Connection connection = ConnectionPool.connection(dataSource, left(giveUpAt))) {
      sent = true;
      // One row commits by itself in one round trip; nothing has to be taken back on a conflict.
      return drafts.size() == 1
          ? Transactions.aloneOn(connection, it -> appended(it, drafts, lockPatience))
          : Transactions.togetherOn(connection, it -> appended(it, drafts, lockPatience));
    } catch (SQLException e) {
      throw new WriteFailure(e, sent);
    }
  }

  /** Appends in the caller's transaction; what it refuses has left nothing there. */
  static List<LogEntry> appendIn(Connection connection, List<Draft> drafts) throws SQLException {
    if (drafts.size() == 1) {
      return appended(connection, drafts, null);
    }
    Savepoint before = connection.setSavepoint();
    try {
      List<LogEntry> entries = appended(connection, drafts, null);
      connection.releaseSavepoint(before);
      return entries;
    } catch (EventException e) {
      connection.rollback(before);
      throw e;
    }
  }

  /**
   * @throws EventConflictException when one of the ids is another event's; what was inserted beside
   *     it is the transaction's to take back
   */
  private static List<LogEntry> appended(
      Connection connection, List<Draft> drafts, @Nullable Duration lockPatience)
      throws SQLException {
    List<LogEntry> entries = EventInsert.run(connection, drafts, lockPatience);
    return entries.isEmpty()
        ? StoredEvents.entries(StoredEvents.find(connection, drafts))
        : entries;
  }

  private static Duration left(long giveUpAt) {
    return Duration.ofNanos(giveUpAt - System.nanoTime());
  }

  private static Duration atLeast(Duration least, Duration duration) {
    return duration.compareTo(least) < 0 ? least : duration;
  }

  private static Duration atMost(Duration most, Duration duration) {
    return duration.compareTo(most) > 0 ? most : duration;
  }

  private static boolean paused(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
