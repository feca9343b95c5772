package io.iworx.eventbus;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What waits in a partition: failed events that are tried again, the events of their keys behind
 * them, and dead letters that are to be delivered again. A virtual thread for each key, so that one
 * never waits for another. Safe for any thread.
 */
final class Retries {
  /** Keys and events that may wait in one partition; beyond that it reads no further. */
  static final int MAX_BLOCKED = 1_000;

  private static final int REDRIVE_AT_ONCE = 100;
  private static final Duration LOOK_UP = Duration.ofMillis(10);
  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofSeconds(1);

  private final Subscriber<?> subscriber;
  private final Attempts attempts;
  private final Tenure tenure;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition quiet = lock.newCondition();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final Set<String> redriving = ConcurrentHashMap.newKeySet();

  Retries(Subscriber<?> subscriber, Attempts attempts, Tenure tenure) {
    this.subscriber = subscriber;
    this.attempts = attempts;
    this.tenure = tenure;
  }

  /** Goes on with what waited when the partition was claimed. */
  void start() {
    tenure.claim().blocked().forEach(this::work);
  }

  private void work(BlockedKey row) {
    run(() -> new BlockedKeyRun(subscriber, attempts, tenure, this, row).run());
  }

  /**
   * An event failed: it is tried again after a while, and its key waits for it, with those behind
   * it that were begun.
   */
  void block(
      LogEntry entry, int tried, Duration wait, Throwable failure, Collection<LogEntry> behind) {
    var row = BlockedKey.event(entry, tried, now().plus(wait), Reason.of(failure));
    work(tenure.progress().block(row, behind));
  }

  /** An event that may have ended the process before: it is noted before it is tried. */
  void beginWithCare(LogEntry entry) throws InterruptedException {
    var row = tenure.progress().block(BlockedKey.event(entry, 0, now(), ""), List.of());
    new BlockedKeyRun(subscriber, attempts, tenure, this, row).runOnce();
  }

  /** Gives an event up at its first attempt; where its key waits, those behind it wait too. */
  void setAside(LogEntry entry, Throwable failure, Collection<LogEntry> behind) {
    attempts.logSetAside(entry, 1, failure);
    tenure.setAside(
        entry,
        letter(entry, 1, failure),
        keyWaits(entry) ? BlockedKey.event(entry, 1, null, Reason.of(failure)) : null,
        behind);
  }

  /** Whether later events of its key wait when an event becomes a dead letter. */
  boolean keyWaits(LogEntry entry) {
    return entry.key() != null
        && subscriber.options().afterDeadLetter() == AfterDeadLetter.KEY_WAITS;
  }

  DeadLetter letter(LogEntry entry, int tried, Throwable failure) {
    return new DeadLetter(entry, tried, Reason.of(failure), Reason.stack(failure), now());
  }

  /** By the store's clock. */
  Instant now() {
    return tenure.now();
  }

  /**
   * Delivers dead letters again that an operator asked for, and lets keys go whose dead letters are
   * gone; returns at once.
   */
  void redrive(Delivering delivering) {
    for (var row : tenure.progress().blockedKeys()) {
      var key = row.key();
      // Whoever redrives a key's dead letters lets it go when that is over.
      if (row.retryAt() == null && key != null && !redriving.contains(key)) {
        letGoUnlessDead(row);
      }
    }
    var letters = tenure.redrives(REDRIVE_AT_ONCE);
    Map<String, List<DeadLetter>> byKey = new HashMap<>();
    letters.stream()
        .sorted(Comparator.comparingLong(letter -> letter.entry().position()))
        .forEach(
            letter ->
                byKey.computeIfAbsent(laneOf(letter.entry()), _ -> new ArrayList<>()).add(letter));
    byKey.forEach(
        (lane, ofKey) -> {
          if (redriving.add(lane)) {
            run(
                () -> {
                  try {
                    new Redrive(subscriber, attempts, tenure, this, delivering).run(ofKey);
                  } finally {
                    redriving.remove(lane);
                  }
                });
          }
        });
  }

  /** An event without a key is alone in its lane; no key begins like that. */
  private static String laneOf(LogEntry entry) {
    return entry.key() == null ? "\0" + entry.id() : entry.key();
  }

  /** Lets a key go that waits for its dead letters, once there are none. */
  void letGoUnlessDead(BlockedKey held) {
    var key = held.key();
    if (key == null || tenure.hasDeadLetters(key)) {
      return;
    }
    if (tenure.progress().isCurrent(held)) {
      var free = BlockedKey.rest(key, held.behind(), now());
      tenure.progress().change(held, free);
      work(free);
    }
  }

  /** Goes on with a key that is free to. */
  void resume(BlockedKey row) {
    work(row);
  }

  /** Work that an interrupt may end. */
  @FunctionalInterface
  private interface Task {
    void run() throws InterruptedException;
  }

  private void run(Task task) {
    var thread =
        Thread.ofVirtual()
            .name("subscription-" + tenure.claim().subscription() + "-retry")
            .unstarted(
                () -> {
                  try {
                    task.run();
                  } catch (InterruptedException e) {
                    // Whoever closes the subscription has waited long enough.
                  } catch (Throwable e) { // an error here must not look like a handled event
                    tenure.end(e);
                  } finally {
                    ended(Thread.currentThread());
                  }
                });
    threads.add(thread);
    thread.start();
  }

  private void ended(Thread thread) {
    lock.lock();
    try {
      threads.remove(thread);
      quiet.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isFull() {
    return tenure.progress().blocked() >= MAX_BLOCKED;
  }

  /** Waits for a key to be free of other deliveries. */
  boolean awaitIdle(Delivering delivering, String key) throws InterruptedException {
    while (delivering.isBusy(key)) {
      if (!tenure.pause(LOOK_UP)) {
        return false;
      }
    }
    return tenure.lasts();
  }

  /** Returns when no handler is at work any more; an interrupt is handed on to them. */
  void awaitQuiet() {
    lock.lock();
    try {
      try {
        while (!threads.isEmpty()) {
          quiet.await();
        }
      } catch (InterruptedException e) {
        threads.forEach(Thread::interrupt);
        var left = GRACE_AFTER_INTERRUPT.toNanos();
        while (!threads.isEmpty() && left > 0) {
          left = quiet.awaitNanos(left);
        }
        Thread.currentThread().interrupt();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
