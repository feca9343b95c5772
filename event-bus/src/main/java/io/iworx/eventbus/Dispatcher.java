package io.iworx.eventbus;

import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's part in a subscription: the partitions it holds. Takes as many as are its share,
 * and gives up what is more.
 */
final class Dispatcher implements Subscription {
  static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

  private final Subscriber<?> subscriber;
  private final Attempts attempts;
  private final Keeper keeper;
  private final Runnable whenClosed;
  private final Map<Integer, PartitionRun> runs = new ConcurrentHashMap<>();

  /** So that whoever closes it sees every partition that was begun. */
  private final ReentrantLock closingLock = new ReentrantLock();

  private final CountDownLatch looked = new CountDownLatch(1);
  private volatile boolean closing;
  private volatile boolean stoodBack;
  private volatile long lastCheckpoint;

  Dispatcher(Subscriber<?> subscriber, Keeper keeper, Runnable whenClosed) {
    this.subscriber = subscriber;
    this.attempts = new Attempts(subscriber);
    this.keeper = keeper;
    this.whenClosed = whenClosed;
  }

  @Override
  public String name() {
    return subscriber.name();
  }

  SubscriptionDefinition definition() {
    return subscriber.definition();
  }

  AttemptLimit attemptLimit() {
    return attempts.limit();
  }

  @Override
  public long checkpoint() {
    var lowest = Long.MAX_VALUE;
    for (var run : runs.values()) {
      lowest = Math.min(lowest, run.tenure().progress().solid());
    }
    return lowest == Long.MAX_VALUE ? lastCheckpoint : lowest;
  }

  /** It was tried once to take its share; no second time is waited for. */
  void looked() {
    looked.countDown();
  }

  void awaitLook(Duration atMost) {
    try {
      looked.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  List<Tenure> tenures() {
    return runs.values().stream().map(PartitionRun::tenure).toList();
  }

  /**
   * Adjusts to how this instance stands; returns whether it holds its share. One thread calls it.
   */
  boolean adjust(Standing standing) {
    if (closing) {
      return true;
    }
    noteDefinition(standing);
    runs.values().forEach(run -> run.stopAt(standing.stopAt().orElse(Long.MAX_VALUE)));
    if (standing.redrive()) {
      runs.values().forEach(PartitionRun::redrive);
    }
    var surplus = runs.size() - standing.share();
    if (surplus > 0) {
      runs.values().stream()
          .sorted(Comparator.comparingInt((PartitionRun run) -> run.claim().partition()).reversed())
          .limit(surplus)
          .forEach(PartitionRun::stop);
    } else if (surplus < 0) {
      claim(-surplus, standing);
    }
    return runs.size() == standing.share();
  }

  private void claim(int wanted, Standing standing) {
    var claimedAt = System.nanoTime();
    var claims =
        subscriber
            .log()
            .subscriptions()
            .claim(definition(), subscriber.instance(), subscriber.busOptions().lease(), wanted);
    for (var claim : claims) {
      log.debug("[Event Bus] {} is delivered from {} on", claim, claim.checkpoint());
      begin(claim, claimedAt, standing);
    }
  }

  private void begin(Claim claim, long claimedAt, Standing standing) {
    var tenure = new Tenure(subscriber, claim, claimedAt);
    closingLock.lock();
    try {
      if (closing) {
        tenure.finish();
        return;
      }
      var run =
          new PartitionRun(subscriber, attempts, tenure, keeper::stir, () -> ended(claim, tenure));
      run.stopAt(standing.stopAt().orElse(Long.MAX_VALUE));
      runs.put(claim.partition(), run);
      run.start();
    } finally {
      closingLock.unlock();
    }
  }

  private void ended(Claim claim, Tenure tenure) {
    lastCheckpoint = tenure.progress().solid();
    runs.values().removeIf(run -> run.claim().equals(claim));
    var reason = tenure.reason();
    if (reason instanceof ClaimLostException lost) {
      log.debug("[Event Bus] {}", lost.getMessage());
    } else if (reason != null) {
      log.warn("[Event Bus] {} is claimed anew after a failure of the event log.", claim, reason);
    }
    keeper.lookSoon();
  }

  private void noteDefinition(Standing standing) {
    var behind = standing.newestDefinition() > definition().number();
    if (behind && !stoodBack) {
      log.warn(
          "[Event Bus] {} stands back: definition {} of the subscription has registered, and this instance has definition {}.",
          name(),
          standing.newestDefinition(),
          definition().number());
    }
    stoodBack = behind;
  }

  /** No new event is started from now on. */
  void stop() {
    closingLock.lock();
    try {
      closing = true;
    } finally {
      closingLock.unlock();
    }
    runs.values().forEach(PartitionRun::stop);
  }

  @Override
  public void close() {
    stop();
    var inTime = true;
    try {
      var end = System.nanoTime() + subscriber.options().closeTimeout().toNanos();
      var all = new ArrayList<>(runs.values());
      for (var run : all) {
        var left = Duration.ofNanos(Math.max(1, end - System.nanoTime()));
        inTime &= run.awaitEnd(left);
      }
      if (!inTime) {
        log.warn(
            "[Event Bus] Handlers of {} were interrupted: they did not end within {} ms.",
            name(),
            subscriber.options().closeTimeout().toMillis());
      }
    } catch (InterruptedException e) {
      runs.values().forEach(PartitionRun::interrupt);
      Thread.currentThread().interrupt();
    }
    keeper.remove(this);
    leave();
    whenClosed.run();
  }

  private void leave() {
    try {
      subscriber.log().subscriptions().leave(name(), subscriber.instance());
    } catch (RuntimeException e) {
      log.debug("[Event Bus] {} could not be left: {}", name(), e.toString());
    }
  }
}
