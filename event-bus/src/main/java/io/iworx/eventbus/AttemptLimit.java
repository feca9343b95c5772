package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Interrupts handlers that take longer than they may. Safe for any thread. */
final class AttemptLimit {
  private static final Logger log = LoggerFactory.getLogger(AttemptLimit.class);

  private final String subscription;
  private final Duration limit;
  private final Set<Running> running = ConcurrentHashMap.newKeySet();

  AttemptLimit(String subscription, Duration limit) {
    this.subscription = subscription;
    this.limit = limit;
  }

  /** A handler at work. Compared by identity: each attempt is one of its own. */
  private static final class Running {
    private final Thread thread = Thread.currentThread();
    private final long since = System.nanoTime();
    private final LogEntry entry;
    private boolean overdue; // guarded by this
    private boolean over; // guarded by this

    Running(LogEntry entry) {
      this.entry = entry;
    }

    synchronized boolean interrupt() {
      if (over || overdue) {
        return false;
      }
      overdue = true;
      thread.interrupt();
      return true;
    }

    /** No interrupt comes after this; one that came is taken back. */
    synchronized boolean end() {
      over = true;
      if (overdue) {
        Thread.interrupted();
      }
      return overdue;
    }
  }

  /**
   * Runs a handler on this thread.
   *
   * @throws EventException when it was interrupted for taking too long, however it ended then,
   *     unless it ended well
   */
  void run(LogEntry entry, EventContext.Work handler) throws Exception {
    var attempt = new Running(entry);
    running.add(attempt);
    try {
      handler.run();
      attempt.end();
    } catch (Exception e) {
      if (attempt.end()) {
        throw new EventException(
            "The handler was interrupted because it did not end within "
                + limit.toMillis()
                + " ms, the limit of one attempt.",
            e);
      }
      throw e;
    } finally {
      attempt.end();
      running.remove(attempt);
    }
  }

  /** Looks for handlers that have taken too long; returns whether any is at work. */
  boolean check() {
    var now = System.nanoTime();
    for (var attempt : running) {
      if (now - attempt.since > limit.toNanos() && attempt.interrupt()) {
        log.warn(
            "[Event Bus] The handler of {} is interrupted: it has had {} event {} for more than {} ms.",
            subscription,
            attempt.entry.type(),
            attempt.entry.id(),
            limit.toMillis());
      }
    }
    return !running.isEmpty();
  }
}
