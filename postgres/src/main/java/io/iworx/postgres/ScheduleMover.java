package io.iworx.postgres;

import io.iworx.eventbus.spi.Draft;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves scheduled events into the log when they are due. Each process has one; rows that one has in
 * hand the others skip, and an event leaves the schedule and enters the log in one transaction.
 *
 * <p>It sleeps until the next one is due, and looks now and then for what other processes have
 * scheduled meanwhile, which they move themselves while they live.
 */
final class ScheduleMover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduleMover.class);
  private static final int BATCH = 100;
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /** Between looks while a caller's transaction that scheduled something due may commit. */
  private static final Duration WHILE_OWED = Duration.ofMillis(100);

  private final DataSource dataSource;
  private final PublishOptions options;
  private final Runnable written;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean closed;
  private boolean failing;

  /** When to look next, and until when a caller's transaction may still bring something. */
  private long lookAt = System.nanoTime();

  private long owedUntil = lookAt;

  ScheduleMover(DataSource dataSource, PublishOptions options, Runnable written) {
    this.dataSource = dataSource;
    this.options = options;
    this.written = written;
  }

  void start() {
    Thread.ofVirtual().name("iworx-event-schedule").start(this::run);
  }

  /** Something was scheduled that is due after the given time. */
  void expect(Duration dueIn) {
    lock.lock();
    try {
      lookNoLaterThan(System.nanoTime() + dueIn.toNanos());
    } finally {
      lock.unlock();
    }
  }

  /** The same in a caller's transaction, whose end nobody tells. */
  void expectSometime(Duration dueIn) {
    lock.lock();
    try {
      long due = System.nanoTime() + dueIn.toNanos();
      long until = due + options.scheduleRecheck().toNanos();
      owedUntil = until - owedUntil > 0 ? until : owedUntil;
      lookNoLaterThan(due);
    } finally {
      lock.unlock();
    }
  }

  private void lookNoLaterThan(long time) {
    if (time - lookAt < 0) {
      lookAt = time;
      changed.signal();
    }
  }

  private void run() {
    try {
      while (awaitTurn()) {
        Duration next = look();
        lock.lockInterruptibly();
        try {
          long now = System.nanoTime();
          Duration recheck = owedUntil - now > 0 ? WHILE_OWED : options.scheduleRecheck();
          lookNoLaterThan(now + (next.compareTo(recheck) < 0 ? next : recheck).toNanos());
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it; if somebody does, that is an end.
    }
  }

  private boolean awaitTurn() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long left = lookAt - System.nanoTime();
        if (left <= 0) {
          // What is scheduled from here on sets it anew.
          lookAt = System.nanoTime() + options.scheduleRecheck().toNanos();
          return true;
        }
        changed.awaitNanos(left);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Moves what is due; returns how long nothing will be. */
  private Duration look() {
    try {
      Duration next = moveAll();
      if (failing) {
        LOG.info("[Event Bus] scheduled events enter the log again");
      }
      failing = false;
      return next;
    } catch (SQLException | RuntimeException e) {
      if (!failing) {
        LOG.warn(
            "[Event Bus] scheduled events do not enter the log; trying until they can: {}",
            e.toString());
      }
      failing = true;
      return AFTER_FAILURE;
    }
  }

  private Duration moveAll() throws SQLException {
    Set<String> stuck = new HashSet<>();
    while (true) {
      Moved moved = move(stuck);
      if (moved.entered) {
        written.run();
      }
      if (!moved.more) {
        return moved.next;
      }
    }
  }

  /**
   * What one transaction did.
   *
   * @param entered whether something entered the log
   * @param more whether there may be more that is due
   * @param next when the next will be, or the longest to wait
   */
  private record Moved(boolean entered, boolean more, Duration next) {}

  /** Together if it can be; else the first one alone, so that what is stuck stops only itself. */
  private Moved move(Set<String> stuck) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      try {
        return Transactions.togetherOn(connection, it -> move(it, stuck, BATCH));
      } catch (SQLException e) {
        if (!connection.isValid(1)) {
          throw e;
        }
      }
      List<String> tried = new ArrayList<>();
      try {
        return Transactions.togetherOn(connection, it -> moveOne(it, stuck, tried));
      } catch (SQLException e) {
        if (tried.isEmpty() || !connection.isValid(1)) {
          throw e;
        }
        LOG.debug("[Event Bus] event {} is due and waits: {}", tried, e.toString());
        stuck.addAll(tried);
        return new Moved(false, true, options.scheduleRecheck());
      }
    }
  }

  private Moved moveOne(Connection connection, Set<String> stuck, List<String> tried)
      throws SQLException {
    ScheduleTable.due(connection, stuck, 1).forEach(draft -> tried.add(draft.id()));
    return move(connection, stuck, 1);
  }

  private Moved move(Connection connection, Set<String> stuck, int limit) throws SQLException {
    List<Draft> due = ScheduleTable.due(connection, stuck, limit);
    if (due.isEmpty()) {
      Duration recheck = options.scheduleRecheck();
      return new Moved(false, false, ScheduleTable.next(connection, stuck).orElse(recheck));
    }
    List<String> over = new ArrayList<>();
    if (EventInsert.run(connection, due, options.lockPatience()).isEmpty()) {
      for (StoredEvents.Found found : StoredEvents.find(connection, due)) {
        switch (found) {
          case StoredEvents.Found.Same same -> over.add(same.entry().id());
          case StoredEvents.Found.Gone gone -> over.add(gone.id());
          case StoredEvents.Found.Different different ->
              ScheduleTable.refuse(
                  connection, different.id(), "Another event was published under this id.");
        }
      }
    } else {
      due.forEach(draft -> over.add(draft.id()));
    }
    ScheduleTable.remove(connection, over);
    return new Moved(true, true, Duration.ZERO);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
