package io.iworx.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the end of the log as often as it pays while somebody waits for it, and not at all while
 * nobody does.
 */
final class TailWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TailWatch.class);
  private static final Duration ACTIVE_FOR = Duration.ofSeconds(2);
  private static final Duration URGENT_FOR = Duration.ofSeconds(10);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final Tail tail;
  private final PostgresEventLogOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wanted = lock.newCondition();
  private final Condition moved = lock.newCondition();
  private final long origin = System.nanoTime();

  private @Nullable Thread thread;
  private int waiting;
  private boolean asked;
  private boolean closed;
  private boolean failing;
  private long expected;
  private long expectedAt;
  private long movedAt;
  private long lastUpTo;

  TailWatch(Tail tail, PostgresEventLogOptions options) {
    this.tail = tail;
    this.options = options;
  }

  /** An event of this process has this position and shows now or when its transaction commits. */
  void expect(long position) {
    lock.lock();
    try {
      expected = Math.max(expected, position);
      expectedAt = now();
      asked = true;
      wanted.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The end of the log was looked at by whomever. */
  void moved() {
    lock.lock();
    try {
      if (tail.upTo() > lastUpTo) {
        lastUpTo = tail.upTo();
        movedAt = now();
        moved.signalAll();
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
      begin();
      try {
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

  private void begin() {
    waiting++;
    if (thread == null) {
      thread = Thread.ofVirtual().name("iworx-event-log-tail").start(this::run);
    }
    if (waiting == 1) {
      asked = true;
      wanted.signal();
    }
  }

  private void run() {
    Tail.@Nullable Progress progress = null;
    try {
      while (pause(progress)) {
        progress = look();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private Tail.@Nullable Progress look() {
    try {
      Tail.Progress progress = tail.refresh();
      if (failing) {
        failing = false;
        LOG.info("[Event Bus] the event log can be read again");
      }
      return progress;
    } catch (SQLException | RuntimeException e) {
      if (!failing) {
        failing = true;
        LOG.warn(
            "[Event Bus] the event log cannot be read, trying again until it can: {}",
            e.toString());
      }
      return null;
    }
  }

  /** Waits until the next look is due; false when it is over. */
  private boolean pause(Tail.@Nullable Progress progress) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = failing ? AFTER_FAILURE.toNanos() : interval(progress).toNanos();
      while (!closed && (waiting == 0 || ((failing || !asked) && left > 0))) {
        if (waiting == 0) {
          wanted.await();
          left = 0;
        } else {
          left = wanted.awaitNanos(left);
        }
      }
      asked = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private Duration interval(Tail.@Nullable Progress progress) {
    if (progress == null) {
      return options.activePoll();
    }
    long now = now();
    if (expected > progress.settled() && now - expectedAt < URGENT_FOR.toNanos()) {
      return options.urgentPoll();
    }
    boolean active = movedAt != 0 && now - movedAt < ACTIVE_FOR.toNanos();
    return active || progress.waiting() ? options.activePoll() : options.idlePoll();
  }

  private long now() {
    return System.nanoTime() - origin;
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
  }
}
