package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One lane per key: events of one key follow each other, different keys and events without a key
 * pass each other. A lane exists while it has events; when one of them fails, the key waits
 * elsewhere and the lane is closed.
 *
 * <p>Lanes are worked off by virtual threads that go from one to the next. Each calls another
 * before it begins, while more lanes wait: so handlers that block run side by side, and where they
 * do not, a few threads do for all.
 */
final class Lanes implements Delivering {
  private static final Duration LOOK_UP = Duration.ofMillis(50);
  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofSeconds(1);

  private final Handover.Plain<?> handover;
  private final Attempts attempts;
  private final Tenure tenure;
  private final Retries retries;
  private final Semaphore room;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Map<String, Lane> byKey = new HashMap<>();
  private final ArrayDeque<Lane> ready = new ArrayDeque<>();
  private final Set<Thread> workers = new HashSet<>();

  /** A worker was called and has not come yet. */
  private boolean called;

  Lanes(
      Handover.Plain<?> handover,
      Attempts attempts,
      Tenure tenure,
      Retries retries,
      int maxInFlight) {
    this.handover = handover;
    this.attempts = attempts;
    this.tenure = tenure;
    this.retries = retries;
    this.room = new Semaphore(maxInFlight);
  }

  @Override
  public void begin(LogEntry entry) throws InterruptedException {
    while (!room.tryAcquire(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS)) {
      if (!tenure.lasts()) {
        return;
      }
    }
    lock.lock();
    try {
      if (tenure.progress().begin(entry) != Progress.Turn.DELIVER) {
        room.release();
        return;
      }
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
  public boolean hasEnough() {
    return true; // whatever was begun is being delivered
  }

  @Override
  public void deliver() {}

  @Override
  public boolean isBusy(String key) {
    lock.lock();
    try {
      return byKey.containsKey(key);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void awaitQuiet() {
    lock.lock();
    try {
      try {
        while (!workers.isEmpty()) {
          quiet.await();
        }
      } catch (InterruptedException e) {
        workers.forEach(Thread::interrupt);
        awaitEndOfInterrupted();
      }
    } finally {
      lock.unlock();
    }
  }

  private void awaitEndOfInterrupted() {
    try {
      var left = GRACE_AFTER_INTERRUPT.toNanos();
      while (!workers.isEmpty() && left > 0) {
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
    ready.add(lane);
    call();
  }

  /** Calls a worker, unless one is on its way or nothing is left for it. */
  private void call() {
    if (!called && !ready.isEmpty()) {
      called = true;
      var worker =
          Thread.ofVirtual()
              .name("subscription-" + tenure.claim().subscription())
              .unstarted(this::work);
      workers.add(worker);
      worker.start();
    }
  }

  private void work() {
    var lane = come();
    try {
      while (lane != null) {
        lane.run();
        lane = nextLane();
      }
    } catch (InterruptedException e) {
      // by whoever closes the subscription
    } finally {
      go();
    }
  }

  private @Nullable Lane come() {
    lock.lock();
    try {
      called = false;
      return takeLane();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Lane nextLane() {
    lock.lock();
    try {
      return takeLane();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Lane takeLane() {
    var lane = ready.poll();
    call();
    return lane;
  }

  private void go() {
    lock.lock();
    try {
      workers.remove(Thread.currentThread());
      quiet.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The events of one key that are under way, the first of them at the handler. */
  private final class Lane {
    private final @Nullable String key;
    private final ArrayDeque<LogEntry> queue = new ArrayDeque<>(1); // guarded by the lock

    private Lane(@Nullable String key) {
      this.key = key;
    }

    void run() throws InterruptedException {
      try {
        var entry = next();
        while (entry != null && handle(entry)) {
          entry = next();
        }
      } catch (InterruptedException e) {
        close();
        throw e;
      } catch (Throwable e) { // an error here must not look like a handled event
        tenure.end(e);
        close();
      }
    }

    /** Returns whether the next event of the key may follow. */
    private boolean handle(LogEntry entry) throws InterruptedException {
      if (tenure.lasts()) {
        Thread.interrupted(); // by the handler before, which is none of this one's concern
      }
      var outcome = attempts.plainly(handover, entry, 1, tenure);
      switch (outcome) {
        case Outcome.Handled() -> {
          tenure.progress().finished(entry.position());
          room.release();
          return true;
        }
        case Outcome.Expired() -> {
          tenure.progress().expired(entry.position());
          room.release();
          return true;
        }
        case Outcome.RetryAfter(var wait, var failure) ->
            stop(behind -> retries.block(entry, 1, wait, failure, behind));
        case Outcome.SetAside(var failure) -> {
          if (!retries.keyWaits(entry)) {
            retries.setAside(entry, failure, List.of());
            room.release();
            return true;
          }
          stop(behind -> retries.setAside(entry, failure, behind));
        }
        case Outcome.LogFailed(var failure) -> {
          tenure.end(failure);
          close();
        }
        case Outcome.NotTried() -> close();
      }
      return false;
    }

    /** The key waits from now on; what stood in line behind will be read again. */
    private void stop(Consumer<Collection<LogEntry>> blocking) {
      lock.lock();
      try {
        blocking.accept(queue);
        room.release(1 + queue.size());
        close();
      } finally {
        lock.unlock();
      }
    }

    /** The next event; null when there is none and the lane is closed. */
    private @Nullable LogEntry next() {
      lock.lock();
      try {
        var entry = queue.poll();
        if (entry == null) {
          close();
        }
        return entry;
      } finally {
        lock.unlock();
      }
    }

    private void close() {
      lock.lock();
      try {
        if (key != null) {
          byKey.remove(key, this);
        }
      } finally {
        lock.unlock();
      }
    }
  }
}
