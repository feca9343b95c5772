package io.iworx.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the end of the log as often as it pays while somebody waits for it, and not at all while
 * nobody does.
 */
final class TailWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TailWatch.class);

  /** Many publishers at once would otherwise set off a look each. */
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);

  private static final Duration ACTIVE_FOR = Duration.ofSeconds(2);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final Tail tail;
  private final PostgresEventLogOptions options;
  private final NoticeListener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final Condition moved = lock.newCondition();

  private boolean running;
  private boolean listening;
  private boolean closed;
  private boolean failing;

  /** How many threads wait for the end to move. */
  private int waiting;

  /** Somebody knows that there is something new. */
  private boolean asked;

  /** The highest position given to a caller's transaction whose end nobody tells us; 0 for none. */
  private long owed;

  /** When something last happened, in nanoseconds; before the first time long ago. */
  private long activeAt = System.nanoTime() - ACTIVE_FOR.toNanos();

  private long shown;

  TailWatch(Tail tail, DataSource dataSource, PostgresEventLogOptions options) {
    this.tail = tail;
    this.options = options;
    this.listener = new NoticeListener(dataSource, this::ask);
  }

  /** There is something new: looks as soon as it can, if anybody waits. */
  void ask() {
    lock.lock();
    try {
      activeAt = System.nanoTime();
      asked = true;
      wanted.signal();
    } finally {
      lock.unlock();
    }
  }

  /** A caller's transaction was given this position: looks often until it ends one way or other. */
  void expect(long position) {
    lock.lock();
    try {
      owed = Math.max(owed, position);
      activeAt = System.nanoTime();
      run();
      wanted.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether a caller's transaction that was given a position may have committed since. */
  boolean isOwed() {
    lock.lock();
    try {
      return owed > 0;
    } finally {
      lock.unlock();
    }
  }

  /** The end of the log was looked at, by whomever. */
  void looked(Tail.Progress progress) {
    lock.lock();
    try {
      if (progress.upTo() > shown) {
        shown = progress.upTo();
        activeAt = System.nanoTime();
        moved.signalAll();
      }
      if (owed > 0 && progress.settled() >= owed) {
        owed = 0;
        tail.tellOthers();
      }
    } finally {
      lock.unlock();
    }
  }

  void awaitAfter(long position, Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      if (closed || tail.upTo() > position) {
        return;
      }
      waiting++;
      try {
        run();
        listen();
        if (waiting == 1) {
          asked = true;
          wanted.signal();
        }
        while (!closed && tail.upTo() <= position && left > 0) {
          left = moved.awaitNanos(left);
        }
      } finally {
        waiting--;
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    if (!running && !closed) {
      running = true;
      Thread.ofVirtual().name("iworx-event-log-tail").start(this::watch);
    }
  }

  private void listen() {
    if (options.notices() && !listening && !closed) {
      listening = true;
      listener.start();
    }
  }

  private void watch() {
    try {
      boolean publishers = false;
      while (pause(publishers)) {
        publishers = look();
        Thread.sleep(BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it; if somebody does, that is an end.
    }
  }

  /** Returns whether publishers are in the middle of a transaction. */
  private boolean look() {
    try {
      boolean publishers = tail.refresh().waiting();
      if (failing) {
        LOG.info("[Event Bus] the event log can be read again");
      }
      failing = false;
      return publishers;
    } catch (SQLException | RuntimeException e) {
      if (!failing) {
        LOG.warn("[Event Bus] the event log cannot be read; trying until it can: {}", e.toString());
      }
      failing = true;
      return false;
    }
  }

  /** Waits until the next look is due; false when it is over. */
  private boolean pause(boolean publishers) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long since = System.nanoTime();
      while (!closed) {
        if (waiting == 0 && owed == 0) {
          wanted.await();
          continue;
        }
        boolean now = asked && waiting > 0 && !failing;
        long left = interval(publishers).toNanos() - (System.nanoTime() - since);
        if (now || left <= 0) {
          asked = false;
          return true;
        }
        wanted.awaitNanos(left);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private Duration interval(boolean publishers) {
    if (failing) {
      return AFTER_FAILURE;
    }
    boolean active = System.nanoTime() - activeAt < ACTIVE_FOR.toNanos();
    if (waiting > 0 && active && (owed > 0 || publishers)) {
      return options.urgentPoll();
    }
    return active || owed > 0 || publishers ? options.activePoll() : options.idlePoll();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wanted.signalAll();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
    listener.stop();
    if (listening) {
      tail.tellOthers();
      listener.close();
    }
  }
}
