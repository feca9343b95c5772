package io.iworx.testing;

import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.Inbox;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Schedule;
import io.iworx.eventbus.spi.Slice;
import io.iworx.eventbus.spi.SubscriptionStore;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An event log in memory, for tests and for trying things out: keeps every promise of the port but
 * durability and callers' transactions. Safe for any thread.
 */
public final class InMemoryEventLog implements EventLog {
  /** How soon a reader notes that something is scheduled now. */
  private static final Duration SCHEDULE_POLL = Duration.ofMillis(500);

  /** How often the clock is looked at while something is scheduled: it may be set. */
  private static final Duration CLOCK_POLL = Duration.ofMillis(10);

  private final InMemoryEvents events;
  private final InMemorySubscriptions subscriptions;
  private final InMemorySchedule schedule;
  private final Clock clock;
  private volatile boolean closed;

  private InMemoryEventLog(
      InMemoryEvents events,
      InMemorySubscriptions subscriptions,
      InMemorySchedule schedule,
      Clock clock) {
    this.events = events;
    this.subscriptions = subscriptions;
    this.schedule = schedule;
    this.clock = clock;
  }

  /** An empty log on the system's clock. */
  public static InMemoryEventLog create() {
    return create(Clock.systemUTC());
  }

  /** An empty log; timestamps and leases go by the clock. */
  public static InMemoryEventLog create(Clock clock) {
    var events = new InMemoryEvents();
    return new InMemoryEventLog(
        events,
        new InMemorySubscriptions(events, clock),
        new InMemorySchedule(events, clock),
        clock);
  }

  /** The same events and subscriptions behind a new log, as after a restart of the process. */
  public InMemoryEventLog restarted() {
    return new InMemoryEventLog(events, subscriptions, schedule, clock);
  }

  /** Holds these from its beginning, each as it was published. */
  void leave(List<LogEntry> published) {
    events.leave(published);
  }

  /** Everything in the log. */
  public List<LogEntry> entries() {
    schedule.enterDue();
    return events.after(0, Integer.MAX_VALUE);
  }

  @Override
  public Set<Feature> features() {
    return Set.of(Feature.SCHEDULE);
  }

  /**
   * Appends.
   *
   * @throws EventConflictException as the port says
   */
  @Override
  public List<LogEntry> append(List<Draft> drafts) {
    requireOpen();
    return events.append(drafts, clock.instant());
  }

  /**
   * Refuses: there is no database to share a transaction of.
   *
   * @throws IllegalStateException always
   */
  @Override
  public List<LogEntry> appendIn(Connection connection, List<Draft> drafts) {
    if (RehearsalConnection.is(connection)) {
      return append(drafts);
    }
    throw new IllegalStateException(
        "An event log in memory cannot take part in a transaction; publish without a connection, or test with PostgreSQL.");
  }

  @Override
  public Schedule schedule() {
    return schedule;
  }

  /**
   * Refuses: it knows no databases.
   *
   * @throws IllegalStateException always
   */
  @Override
  public Inbox inbox() {
    throw new IllegalStateException(
        "An event log in memory has no inbox for a handler's own database; test with PostgreSQL.");
  }

  @Override
  public Slice read(Checkpoint from, int limit) {
    requireOpen();
    schedule.enterDue();
    var entries = new ArrayList<LogEntry>();
    from.pending().stream().forEach(position -> entries.addAll(events.at(position)));
    var next = events.after(from.position(), limit);
    entries.addAll(next);
    return new Slice(
        entries,
        Checkpoint.at(next.isEmpty() ? from.position() : next.getLast().position()),
        Long.MAX_VALUE);
  }

  @Override
  public List<LogEntry> readKey(String key, long after, long upTo, int limit) {
    requireOpen();
    return events.after(after, Integer.MAX_VALUE).stream()
        .filter(it -> it.position() <= upTo && key.equals(it.key()))
        .limit(limit)
        .toList();
  }

  @Override
  public Checkpoint head() {
    schedule.enterDue();
    return Checkpoint.at(events.last());
  }

  @Override
  public void awaitBeyond(Checkpoint from, Duration atMost) throws InterruptedException {
    var giveUp = System.nanoTime() + atMost.toNanos();
    while (events.last() <= from.position() && !closed && System.nanoTime() < giveUp) {
      schedule.enterDue();
      var left = Duration.ofNanos(giveUp - System.nanoTime());
      var longest = schedule.isEmpty() ? SCHEDULE_POLL : CLOCK_POLL;
      var pause = left.compareTo(longest) < 0 ? left : longest;
      events.awaitAfter(from.position(), pause, () -> closed);
    }
  }

  @Override
  public SubscriptionStore subscriptions() {
    return subscriptions;
  }

  @Override
  public void close() {
    closed = true;
    events.wakeAll();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The event log is closed.");
    }
  }
}
