package io.iworx.eventbus;

import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Slice;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.iworx.eventbus.spi.TransactionalWork;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The time in which this instance holds a partition: begins with a claim and ends once, when it is
 * closed, given up, lost, or its lease has run out. Nothing is handed to a handler outside of it.
 * Safe for any thread.
 */
final class Tenure {
  private final Subscriber<?> subscriber;
  private final Claim claim;
  private final SubscriptionStore store;
  private final Progress progress;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> reason = new AtomicReference<>();

  /** Held from looking at the progress until the store has it: what is written never goes back. */
  private final ReentrantLock writing = new ReentrantLock();

  /** In nanoseconds; from before the store was asked, so never too late. */
  private volatile long prolongedAt;

  private volatile Runnable whenEnds = () -> {};

  /** In nanoseconds, when the store's clock showed {@link Claim#claimedAt}, or a little earlier. */
  private final long claimedAt;

  /**
   * @param claimedAt {@link System#nanoTime} from before the claim was asked for
   */
  Tenure(Subscriber<?> subscriber, Claim claim, long claimedAt) {
    this.subscriber = subscriber;
    this.claim = claim;
    this.store = subscriber.log().subscriptions();
    // A checkpoint that comes with effects is past all of them, however much is pending.
    this.progress =
        new Progress(
            claim,
            subscriber.handover() instanceof Handover.InTransaction
                ? Integer.MAX_VALUE
                : Progress.MAX_PENDING_RANGES);
    this.claimedAt = claimedAt;
    this.prolongedAt = claimedAt;
  }

  /**
   * The time by the store's clock. What an instance leaves to the next must not depend on the
   * instance's own, which may be a day wrong or be set while it waits.
   */
  Instant now() {
    return claim.claimedAt().plusNanos(System.nanoTime() - claimedAt);
  }

  Claim claim() {
    return claim;
  }

  long fence() {
    return claim.fence();
  }

  Progress progress() {
    return progress;
  }

  /**
   * Whether an event may be handed to the handler now. Ends it when its lease has run out, even if
   * the store would prolong it yet: whoever was told that it is over has dropped what it had in
   * hand, and only a new claim brings that back.
   */
  boolean lasts() {
    if (ended.getCount() == 0) {
      return false;
    }
    if (System.nanoTime() - prolongedAt < claim.lease().toNanos()) {
      return true;
    }
    end(null);
    return false;
  }

  /** What to run when it is ended. Set once, before it begins. */
  void whenEnds(Runnable action) {
    whenEnds = action;
  }

  /** Ends it, for the first reason given; null for being closed. */
  void end(@Nullable Throwable why) {
    reason.compareAndSet(null, why);
    ended.countDown();
    whenEnds.run();
  }

  /** Why it ended; null while it lasts, and when it was closed or its lease had run out. */
  @Nullable Throwable reason() {
    return reason.get();
  }

  /** Waits; returns early when it ends. */
  boolean pause(Duration wait) throws InterruptedException {
    return !ended.await(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS) && lasts();
  }

  /** Whether it is time to tell the store something, if only that the holder is alive. */
  boolean isDue() {
    return progress.isDirty() || System.nanoTime() - prolongedAt > claim.lease().toNanos() / 3;
  }

  /**
   * What is to be written for this tenure together with others; empty when it is being written
   * already. Followed by {@link #written} or {@link #notWritten}.
   */
  Optional<Advance> prepare() {
    if (!writing.tryLock()) {
      return Optional.empty();
    }
    if (reason.get() != null) { // what is in memory may not be what the store knows
      writing.unlock();
      return Optional.empty();
    }
    return Optional.of(progress.prepare());
  }

  void written(Advance advance, long askedAt) {
    progress.written(advance);
    prolongedAt = askedAt;
    writing.unlock();
  }

  void notWritten(boolean lost) {
    if (lost) {
      end(new ClaimLostException(claim));
    }
    writing.unlock();
  }

  /** Writes what the store does not know, now; returns the checkpoint it has then. */
  Checkpoint flush() {
    return write(() -> {}, List.of());
  }

  /** Gives an event up: its dead letter and the checkpoint that is past it are written together. */
  void setAside(
      LogEntry entry,
      DeadLetter letter,
      @Nullable BlockedKey waiting,
      Collection<LogEntry> behind) {
    write(
        () -> {
          progress.finished(entry.position());
          if (waiting != null) {
            progress.block(waiting, behind);
          }
        },
        List.of(letter));
  }

  private Checkpoint write(Runnable change, List<DeadLetter> deadLetters) {
    writing.lock();
    try {
      requireNoFailure();
      change.run();
      var prepared = progress.prepare();
      var advance =
          new Advance(
              claim,
              prepared.checkpoint(),
              prepared.blocked(),
              prepared.freed(),
              deadLetters,
              List.of(),
              prepared.expired());
      var askedAt = System.nanoTime();
      requireHeld(store.advance(List.of(advance)));
      progress.written(advance);
      prolongedAt = askedAt;
      return Objects.requireNonNull(advance.checkpoint());
    } catch (RuntimeException e) {
      end(e); // what is in memory is not what the store knows: nothing more is written
      throw e;
    } finally {
      writing.unlock();
    }
  }

  /**
   * Writes what became of something blocked, which the store has, and of dead letters; the
   * checkpoint stays.
   */
  void changeBlocked(
      @Nullable BlockedKey before,
      @Nullable BlockedKey after,
      List<DeadLetter> deadLetters,
      List<String> redriven) {
    try {
      requireHeld(store.advance(List.of(blockedAdvance(before, after, deadLetters, redriven))));
    } catch (RuntimeException e) {
      end(e);
      throw e;
    }
    if (before != null) {
      progress.changed(before, after);
    }
  }

  /** The same in a transaction with the work of a handler. */
  void handleBlockedIn(
      @Nullable BlockedKey before,
      @Nullable BlockedKey after,
      List<String> redriven,
      TransactionalWork work)
      throws Exception {
    var watched = new WatchedWork(work);
    try {
      store.handleIn(blockedAdvance(before, after, List.of(), redriven), watched);
    } catch (Exception | Error e) {
      endUnlessOf(watched, e);
      throw e;
    }
    if (before != null) {
      progress.changed(before, after);
    }
  }

  /** When not the work but the store failed, nobody here knows any more what the store knows. */
  private void endUnlessOf(WatchedWork work, Throwable failure) {
    if (!work.failed) {
      end(failure);
    }
  }

  /** Tells afterwards whether it was the work that failed. */
  private static final class WatchedWork implements TransactionalWork {
    private final TransactionalWork work;
    private boolean failed;

    WatchedWork(TransactionalWork work) {
      this.work = work;
    }

    @Override
    public void run(Connection connection) throws Exception {
      failed = true;
      work.run(connection);
      failed = false;
    }
  }

  private Advance blockedAdvance(
      @Nullable BlockedKey before,
      @Nullable BlockedKey after,
      List<DeadLetter> deadLetters,
      List<String> redriven) {
    var freed =
        before == null || (after != null && after.id().equals(before.id()))
            ? List.<BlockedKey.Id>of()
            : List.of(before.id());
    return new Advance(
        claim, null, after == null ? List.of() : List.of(after), freed, deadLetters, redriven);
  }

  /** After one, the store knows better than we do what is done, until the next claim. */
  private void requireNoFailure() {
    if (reason.get() != null) {
      throw new ClaimLostException(claim);
    }
  }

  private void requireHeld(List<Claim> lost) {
    if (!lost.isEmpty()) {
      throw new ClaimLostException(claim);
    }
  }

  /**
   * Runs the work in a transaction that also notes that these events are done with, and everything
   * else the store does not know.
   */
  void handleIn(List<LogEntry> entries, TransactionalWork work) throws Exception {
    var watched = new WatchedWork(work);
    writing.lock();
    try {
      entries.forEach(entry -> progress.finished(entry.position()));
      var advance = progress.prepare();
      var askedAt = System.nanoTime();
      store.handleIn(advance, watched);
      progress.written(advance);
      prolongedAt = askedAt;
    } catch (Exception | Error e) {
      entries.forEach(entry -> progress.unfinished(entry.position()));
      endUnlessOf(watched, e);
      throw e;
    } finally {
      writing.unlock();
    }
  }

  /**
   * The event at a position, if any. It is pending still when this process has not read as far as
   * the one before; else, when there is none, the log has it no longer.
   */
  Slice at(long position) {
    return subscriber.log().read(new Checkpoint(position, Positions.of(position)), 0);
  }

  List<DeadLetter> redrives(int limit) {
    return store.redrives(claim, limit);
  }

  /**
   * Whether a key has dead letters, asked for again or not. One that is being set aside is waited
   * for: its key waits before the store has it.
   */
  boolean hasDeadLetters(String key) {
    writing.lock();
    try {
      return store.hasDeadLetters(claim.subscription(), key);
    } finally {
      writing.unlock();
    }
  }

  /** Whether an event belongs to this partition. */
  boolean has(LogEntry entry) {
    return entry.slot() % claim.partitions() == claim.partition();
  }

  /** Writes what is left and gives the claim up, as far as the store lets us. */
  void finish() {
    end(null);
    writing.lock();
    try {
      var why = reason.get();
      if (!(why instanceof ClaimLostException)) {
        // After a failure the store knows better how far we are.
        store.release(why == null ? progress.prepare() : Advance.none(claim));
      }
    } catch (RuntimeException e) {
      Dispatcher.log.debug(
          "[Event Bus] {} could not be released; its lease will end: {}", claim, e.toString());
    } finally {
      writing.unlock();
    }
  }
}
