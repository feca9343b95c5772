package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One lane per key, each a virtual thread: events of one key follow each other, different keys and
 * events without a key pass each other. A lane exists while it has events.
 */
final class Lanes implements Delivering {
  private static final Duration LOOK_UP = Duration.ofMillis(50);
  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofSeconds(1);

  private final Attempts attempts;
  private final Tenure tenure;
  private final Semaphore room;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Map<String, Lane> byKey = new HashMap<>();
  private final Set<Thread> threads = new HashSet<>();

  Lanes(Attempts attempts, Tenure tenure, int maxInFlight) {
    this.attempts = attempts;
    this.tenure = tenure;
    this.room = new Semaphore(maxInFlight);
  }

  @Override
  public void accept(LogEntry entry) throws InterruptedException {
    while (!room.tryAcquire(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS)) {
      if (!tenure.lasts()) {
        return;
      }
    }
    tenure.checkpointer().started(entry.position());
    lock.lock();
    try {
      var key = entry.key();
      var lane = key == null ? null : byKey.get(key);
      if (lane == null) {
        open(key, entry);
      } else {
        lane.queue.add(entry);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitQuiet() {
    lock.lock();
    try {
      try {
        while (!threads.isEmpty()) {
          quiet.await();
        }
      } catch (InterruptedException e) {
        threads.forEach(Thread::interrupt);
        awaitEndOfInterrupted();
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitEndOfInterrupted() {
    try {
      var left = GRACE_AFTER_INTERRUPT.toNanos();
      while (!threads.isEmpty() && left > 0) {
        left = quiet.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void open(@Nullable String key, LogEntry first) {
    var lane = new Lane(key);
    lane.queue.add(first);
    if (key != null) {
      byKey.put(key, lane);
    }
    var thread =
        Thread.ofVirtual().name("subscription-" + tenure.claim().subscription()).unstarted(lane);
    threads.add(thread);
    thread.start();
  }

  /** The events of one key that are under way, the first of them at the handler. */
  private final class Lane implements Runnable {
    private final @Nullable String key;
    private final ArrayDeque<LogEntry> queue = new ArrayDeque<>(); // guarded by the lock

    private Lane(@Nullable String key) {
      this.key = key;
    }

    @Override
    public void run() {
      var done = true;
      try {
        for (var entry = next(true); entry != null; entry = next(done)) {
          done = attempts.run(entry, tenure);
          if (done) {
            tenure.checkpointer().finished(entry.position());
            room.release();
          }
        }
      } catch (InterruptedException e) {
        next(false);
      } catch (Throwable e) { // an error here must not look like a handled event
        tenure.end(e);
        next(false);
      }
    }

    /** The next event; null when there is none, or none may follow, and the lane is closed. */
    private @Nullable LogEntry next(boolean mayFollow) {
      lock.lock();
      try {
        var entry = mayFollow ? queue.poll() : null;
        if (entry == null) {
          if (key != null) {
            byKey.remove(key, this);
          }
          threads.remove(Thread.currentThread());
          quiet.signalAll();
        }
        return entry;
      } finally {
        lock.unlock();
      }
    }
  }
}
