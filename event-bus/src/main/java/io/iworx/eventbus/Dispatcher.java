package io.iworx.eventbus;

import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's part in a subscription: claims it, reads and delivers while the claim holds, and
 * claims it again. All on one virtual thread, but for the handlers of a subscription whose keys run
 * in parallel.
 */
final class Dispatcher implements Subscription {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  /** Bounds how long closing waits for a reader with nothing to read. */
  private static final Duration LONGEST_WAIT = Duration.ofMillis(250);

  private static final Duration LONGEST_WAIT_FOR_CLAIM = Duration.ofSeconds(1);

  private static final Duration GRACE_AFTER_INTERRUPT = Duration.ofSeconds(2);

  private final Subscriber<?> subscriber;
  private final Attempts attempts;
  private final Outage outage;
  private final Runnable whenClosed;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable Tenure tenure;
  private volatile long lastCheckpoint;

  private Dispatcher(Subscriber<?> subscriber, Runnable whenClosed) {
    this.subscriber = subscriber;
    this.attempts = new Attempts(subscriber);
    this.outage = new Outage(subscriber.name(), subscriber.busOptions().random());
    this.whenClosed = whenClosed;
    this.thread = Thread.ofVirtual().name("subscription-" + subscriber.name()).unstarted(this::run);
  }

  /**
   * Claims the subscription once on the caller's thread, so that it exists when this returns, and
   * then goes on by itself.
   */
  static Dispatcher start(Subscriber<?> subscriber, Runnable whenClosed) {
    var dispatcher = new Dispatcher(subscriber, whenClosed);
    var claimedAt = System.nanoTime();
    dispatcher.claim().ifPresent(claim -> dispatcher.begin(claim, claimedAt));
    dispatcher.thread.start();
    return dispatcher;
  }

  @Override
  public String name() {
    return subscriber.name();
  }

  @Override
  public long checkpoint() {
    var current = tenure;
    return current == null ? lastCheckpoint : current.checkpointer().checkpoint();
  }

  /** No new event is started from now on. */
  void stop() {
    closing.countDown();
    var current = tenure;
    if (current != null) {
      current.end(null);
    }
  }

  @Override
  public void close() {
    stop();
    try {
      if (Thread.currentThread() != thread && !thread.join(subscriber.options().closeTimeout())) {
        log.warn(
            "[Event Bus] Handlers of {} are interrupted: they did not end within {} ms.",
            name(),
            subscriber.options().closeTimeout().toMillis());
        thread.interrupt();
        thread.join(GRACE_AFTER_INTERRUPT);
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    } finally {
      whenClosed.run();
    }
  }

  private void run() {
    while (closing.getCount() > 0) {
      var wait = Duration.ZERO;
      try {
        wait = hold();
      } catch (InterruptedException e) {
        return; // closed, and waited for long enough
      } catch (Throwable e) { // nothing may end the subscription but closing it
        wait = outage.failed(e);
      }
      pause(wait);
    }
    releaseUnused();
  }

  /** Holds the subscription as long as it can; returns how long to wait before trying again. */
  private Duration hold() throws InterruptedException {
    var current = tenure;
    if (current == null) {
      var claimedAt = System.nanoTime();
      var claim = claim();
      if (claim.isEmpty()) {
        return waitForClaim();
      }
      current = begin(claim.get(), claimedAt);
    }
    deliverWhileItLasts(current);
    var reason = current.reason();
    if (reason instanceof ClaimLostException lost) {
      log.debug("[Event Bus] {}", lost.getMessage());
    }
    return reason == null || reason instanceof ClaimLostException
        ? Duration.ZERO
        : outage.failed(reason);
  }

  private void deliverWhileItLasts(Tenure current) throws InterruptedException {
    var delivering =
        subscriber.inOrder()
            ? new InOrder(attempts, current)
            : new Lanes(attempts, current, subscriber.options().maxInFlight());
    try {
      read(current, delivering);
    } catch (RuntimeException e) {
      current.end(e);
    } finally {
      current.end(null);
      delivering.awaitQuiet();
      lastCheckpoint = current.checkpointer().checkpoint();
      var interrupted = Thread.interrupted(); // giving up the claim must not be cut short
      current.finish();
      tenure = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void read(Tenure current, Delivering delivering) throws InterruptedException {
    var batchSize = subscriber.options().batchSize();
    var position = current.claim().checkpoint();
    while (current.lasts()) {
      var slice = subscriber.log().read(position, batchSize);
      outage.over();
      for (var entry : slice.entries()) {
        if (!current.lasts()) {
          return;
        }
        if (subscriber.decoder().matches(entry)) {
          delivering.accept(entry);
        }
      }
      if (!current.lasts()) {
        return; // the last event may not have been taken
      }
      position = slice.upTo();
      current.checkpointer().passed(position);
      if (slice.entries().size() < batchSize) {
        subscriber.log().awaitAfter(position, LONGEST_WAIT);
      }
    }
  }

  private Optional<Claim> claim() {
    return subscriber
        .log()
        .subscriptions()
        .claim(subscriber.definition(), subscriber.instance(), subscriber.options().lease());
  }

  private Tenure begin(Claim claim, long claimedAt) {
    log.debug(
        "[Event Bus] {} is delivered by {} from position {} on, fence {}",
        claim.subscription(),
        claim.instance(),
        claim.checkpoint(),
        claim.fence());
    var current =
        Tenure.begin(
            claim,
            subscriber.log().subscriptions(),
            subscriber.options().checkpointInterval(),
            claimedAt);
    tenure = current; // before the look at closing: whoever closes either sees it or is seen
    if (closing.getCount() == 0) {
      current.end(null);
    }
    return current;
  }

  private Duration waitForClaim() {
    var quarter = subscriber.options().lease().dividedBy(4);
    return quarter.compareTo(LONGEST_WAIT_FOR_CLAIM) < 0 ? quarter : LONGEST_WAIT_FOR_CLAIM;
  }

  private void pause(Duration wait) {
    try {
      closing.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Claimed, and closed before the first read. */
  private void releaseUnused() {
    var current = tenure;
    if (current != null) {
      try {
        current.finish();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
