package io.iworx.eventbus;

import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.SubscriptionStore;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time in which this instance holds a subscription: begins with a claim and ends once, when it
 * is closed, the claim is lost, its lease has run out, or the store fails. Nothing is handed to a
 * handler outside of it. A thread of its own writes the checkpoint and prolongs the lease. Safe for
 * any thread.
 */
final class Tenure {
  private static final Logger log = LoggerFactory.getLogger(Tenure.class);

  private final Claim claim;
  private final SubscriptionStore store;
  private final Checkpointer checkpointer;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> reason = new AtomicReference<>();
  private final Duration checkpointInterval;
  private final Thread keeper;
  private volatile long
      renewedAt; // nanoseconds; read before the store was asked, so never too late
  private volatile long written;

  private Tenure(
      Claim claim, SubscriptionStore store, Duration checkpointInterval, long claimedAt) {
    this.claim = claim;
    this.store = store;
    this.checkpointInterval = checkpointInterval;
    this.checkpointer = new Checkpointer(claim.checkpoint());
    this.renewedAt = claimedAt;
    this.written = claim.checkpoint();
    this.keeper =
        Thread.ofVirtual().name("subscription-lease-" + claim.subscription()).unstarted(this::keep);
  }

  /**
   * @param claimedAt {@link System#nanoTime} from before the claim was asked for
   */
  static Tenure begin(
      Claim claim, SubscriptionStore store, Duration checkpointInterval, long claimedAt) {
    var tenure = new Tenure(claim, store, checkpointInterval, claimedAt);
    tenure.keeper.start();
    return tenure;
  }

  Claim claim() {
    return claim;
  }

  Checkpointer checkpointer() {
    return checkpointer;
  }

  /** Whether an event may be handed to the handler now. */
  boolean lasts() {
    return ended.getCount() > 0 && !leaseRanOut();
  }

  /** Ends it, for the first reason given; null for being closed. */
  void end(@Nullable Throwable why) {
    reason.compareAndSet(null, why);
    ended.countDown();
  }

  /** Why it ended; null while it lasts, and when it was closed or its lease ran out. */
  @Nullable Throwable reason() {
    return reason.get();
  }

  /** Waits; returns early when it ends. */
  boolean pause(Duration wait) throws InterruptedException {
    return !ended.await(wait.toNanos(), TimeUnit.NANOSECONDS) && lasts();
  }

  /** The store has committed this checkpoint, and prolonged the lease, with an effect. */
  void committed(long checkpoint, long askedAt) {
    written = Math.max(written, checkpoint);
    renewedAt = askedAt;
  }

  /** Ends it, writes the checkpoint and gives the claim up, as far as the store lets us. */
  void finish() throws InterruptedException {
    end(null);
    keeper.join();
    if (reason.get() instanceof ClaimLostException) {
      return;
    }
    try {
      if (checkpointer.checkpoint() > written) {
        store.advance(claim, checkpointer.checkpoint());
      }
      store.release(claim);
    } catch (RuntimeException e) {
      log.debug(
          "[Event Bus] {} could not be released; its lease will end: {}",
          claim.subscription(),
          e.toString());
    }
  }

  private void keep() {
    try {
      while (pause(tick())) {
        if (isDue()) {
          write();
        }
      }
    } catch (InterruptedException e) {
      end(e);
    }
    end(null); // the lease ran out
  }

  private void write() {
    var checkpoint = checkpointer.checkpoint();
    var askedAt = System.nanoTime();
    try {
      store.advance(claim, checkpoint);
      committed(checkpoint, askedAt);
    } catch (ClaimLostException e) {
      end(e);
    } catch (RuntimeException e) {
      // The lease still holds for a while: the next tick tries again.
      log.debug("[Event Bus] {} could not be prolonged: {}", claim.subscription(), e.toString());
    }
  }

  private boolean isDue() {
    return checkpointer.checkpoint() > written
        || System.nanoTime() - renewedAt > claim.lease().toNanos() / 3;
  }

  private Duration tick() {
    var tick =
        checkpointInterval.compareTo(claim.lease().dividedBy(6)) < 0
            ? checkpointInterval
            : claim.lease().dividedBy(6);
    return tick.isZero() ? Duration.ofMillis(1) : tick;
  }

  private boolean leaseRanOut() {
    return System.nanoTime() - renewedAt >= claim.lease().toNanos();
  }
}
