package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.Inbox;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Schedule;
import io.iworx.eventbus.spi.Slice;
import io.iworx.eventbus.spi.SubscriptionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The event log in PostgreSQL: the table {@code domain_events}, into which others may insert too.
 *
 * <p>Readers never skip an event that commits late and are not held up by open transactions,
 * whether those publish or not; how is told at {@link Follower}. All subscriptions of a process
 * share one reader, which keeps one connection of the data source, and a second one to hear of
 * other processes unless {@linkplain PostgresEventLogOptions#notices switched off}.
 */
public final class PostgresEventLog implements EventLog {
  private final GroupCommit groupCommit;
  private final PostgresSchedule schedule;
  private final Tail tail;
  private final PostgresSubscriptionStore subscriptions;

  private PostgresEventLog(DataSource dataSource, LogTable table, PostgresEventLogOptions options) {
    this.tail = new Tail(dataSource, table, options);
    this.groupCommit = new GroupCommit(dataSource, options.publishing(), tail::appended);
    this.schedule = new PostgresSchedule(dataSource, options.publishing(), tail::appended);
    this.subscriptions = new PostgresSubscriptionStore(dataSource, tail);
  }

  /** A log with default options; see {@link #create(DataSource, PostgresEventLogOptions)}. */
  public static PostgresEventLog create(DataSource dataSource) {
    return create(dataSource, PostgresEventLogOptions.defaults());
  }

  /**
   * A log on a database that {@link Migrations} has migrated.
   *
   * @throws io.iworx.eventbus.EventException when the database cannot be reached, is not migrated,
   *     or would lose acknowledged events in a crash ({@code fsync}, {@code synchronous_commit}, an
   *     unlogged table)
   */
  public static PostgresEventLog create(DataSource dataSource, PostgresEventLogOptions options) {
    try {
      LogTable table = Transactions.alone(dataSource, LogTable::in);
      PostgresEventLog log = new PostgresEventLog(dataSource, table, options);
      log.schedule.start();
      return log;
    } catch (SQLException e) {
      throw SqlStates.failed("The event log cannot be opened", e);
    }
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  @Override
  public List<LogEntry> append(List<Draft> drafts) {
    return drafts.isEmpty() ? List.of() : groupCommit.append(drafts);
  }

  @Override
  public List<LogEntry> appendIn(Connection connection, List<Draft> drafts) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalStateException(
            "The connection is in autocommit mode, so the event would not share a transaction with your rows: call setAutoCommit(false) and commit, or publish without a connection.");
      }
      if (drafts.isEmpty()) {
        return List.of();
      }
      List<LogEntry> entries = Appender.appendIn(connection, drafts);
      tail.expect(lastPosition(entries));
      return entries;
    } catch (SQLException e) {
      throw AppendErrors.refused(drafts, e);
    }
  }

  private static long lastPosition(List<LogEntry> entries) {
    return entries.stream().mapToLong(LogEntry::position).max().orElse(0);
  }

  @Override
  public Schedule schedule() {
    return schedule;
  }

  @Override
  public Inbox inbox() {
    return PostgresInbox::add;
  }

  @Override
  public Slice read(Checkpoint from, int limit) {
    try {
      return tail.read(from, limit);
    } catch (SQLException e) {
      throw SqlStates.failed("The event log cannot be read after position " + from.position(), e);
    }
  }

  @Override
  public List<LogEntry> readKey(String key, long after, long upTo, int limit) {
    try {
      return tail.ofKey(key, after, upTo, limit);
    } catch (SQLException e) {
      throw SqlStates.failed("The events of key " + key + " cannot be read", e);
    }
  }

  @Override
  public Checkpoint head() {
    try {
      return tail.head();
    } catch (SQLException e) {
      throw SqlStates.failed("The head of the event log cannot be read", e);
    }
  }

  @Override
  public void awaitBeyond(Checkpoint from, Duration atMost) throws InterruptedException {
    tail.awaitNews(from, atMost);
  }

  @Override
  public SubscriptionStore subscriptions() {
    return subscriptions;
  }

  @Override
  public void close() {
    schedule.close();
    tail.close();
  }
}
