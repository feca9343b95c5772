package io.iworx.eventbus;

import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.SubscriptionStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps up what the subscriptions of a bus have in the store: writes the checkpoints of all of them
 * together, prolongs their leases, and finds out how each stands. One thread, so that a bus costs
 * the store the same few statements however many subscriptions it has; one of the platform, so that
 * handlers that never pause cannot take the leases away.
 */
final class Keeper {
  private static final Logger log = LoggerFactory.getLogger(Keeper.class);

  /** How soon a share that could not be taken is looked for again. */
  private static final Duration UNSETTLED = Duration.ofMillis(250);

  /** So that a subscriber finds its events delivered from the start, and no outage holds it up. */
  private static final Duration FIRST_LOOK = Duration.ofSeconds(1);

  private static final Duration SHORTEST_TICK = Duration.ofMillis(1);

  /** After so many ticks without anything to do the next one is late, unless it is stirred. */
  private static final int TICKS_TO_REST = 10;

  private final SubscriptionStore store;
  private final String instance;
  private final Duration lease;
  private final Duration interval;
  private final Outage outage;
  private final Map<String, Dispatcher> dispatchers = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition woken = lock.newCondition();
  private final ReentrantLock looking = new ReentrantLock();
  private boolean started;
  private boolean closed;
  private boolean soon;
  private long lookAt = System.nanoTime();

  /** Ticks in a row without anything to do; written under the lock. */
  private volatile int idleTicks;

  Keeper(SubscriptionStore store, String instance, EventBusOptions options) {
    this.store = store;
    this.instance = instance;
    this.lease = options.lease();
    this.interval = options.checkpointInterval();
    this.outage = new Outage("all of " + instance, options.random());
  }

  /** Returns when its share was taken, or after a while. */
  void add(Dispatcher dispatcher) {
    dispatchers.put(dispatcher.name(), dispatcher);
    lock.lock();
    try {
      if (!started) {
        started = true;
        Thread.ofPlatform().daemon().name("subscriptions-" + instance).start(this::run);
      }
    } finally {
      lock.unlock();
    }
    lookSoon();
    dispatcher.awaitLook(FIRST_LOOK);
  }

  /**
   * No later look notes that this instance serves it; a look under way is waited for, within
   * reason.
   */
  void remove(Dispatcher dispatcher) {
    dispatchers.remove(dispatcher.name(), dispatcher);
    try {
      if (looking.tryLock(FIRST_LOOK.toNanos(), TimeUnit.NANOSECONDS)) {
        looking.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Something changed: finds out at once how the subscriptions stand. */
  void lookSoon() {
    lock.lock();
    try {
      soon = true;
      woken.signal();
    } finally {
      lock.unlock();
    }
  }

  /** There are events to deliver: ticks come in the usual interval again. Cheap. */
  void stir() {
    if (idleTicks >= TICKS_TO_REST) {
      lock.lock();
      try {
        idleTicks = 0;
        woken.signal();
      } finally {
        lock.unlock();
      }
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      woken.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (awaitTick()) {
        if (lookAt - System.nanoTime() <= 0) {
          lookAt = System.nanoTime() + look().toNanos();
        }
        var busy = write();
        for (var dispatcher : dispatchers.values()) {
          busy |= dispatcher.attemptLimit().check();
        }
        note(busy);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it; if somebody does, that is an end.
    }
  }

  private void note(boolean busy) {
    lock.lock();
    try {
      idleTicks = busy ? 0 : Math.min(idleTicks + 1, TICKS_TO_REST);
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitTick() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      var since = System.nanoTime();
      while (!closed && !soon && untilTick(since) > 0) {
        woken.awaitNanos(untilTick(since));
      }
      if (soon) {
        soon = false;
        lookAt = System.nanoTime();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Nanoseconds left until the tick that follows a moment; negative when it is late. */
  private long untilTick(long since) {
    var usual = min(interval, lease.dividedBy(6));
    var tick = idleTicks < TICKS_TO_REST ? usual : lease.dividedBy(6);
    var untilLook = Duration.ofNanos(lookAt - since);
    var wait = min(tick, untilLook);
    return since + max(wait, SHORTEST_TICK).toNanos() - System.nanoTime();
  }

  /** Returns when to look again. */
  private Duration look() {
    looking.lock();
    try {
      return look(List.copyOf(dispatchers.values()));
    } finally {
      looking.unlock();
    }
  }

  private Duration look(List<Dispatcher> all) {
    if (all.isEmpty()) {
      return lease.dividedBy(3);
    }
    try {
      var standings =
          store.attend(instance, lease, all.stream().map(Dispatcher::definition).toList());
      var next = lease.dividedBy(3);
      for (var i = 0; i < all.size(); i++) {
        next = min(next, adjust(all.get(i), standings.get(i)));
      }
      outage.over();
      return next;
    } catch (RuntimeException e) {
      return min(outage.failed(e), lease.dividedBy(3));
    } finally {
      all.forEach(Dispatcher::looked);
    }
  }

  private Duration adjust(Dispatcher dispatcher, Standing standing) {
    var settled = dispatcher.adjust(standing);
    return settled ? standing.changesIn() : min(UNSETTLED, lease.dividedBy(6));
  }

  private List<Tenure> tenures() {
    return dispatchers.values().stream().flatMap(it -> it.tenures().stream()).toList();
  }

  /**
   * Returns whether there was something to write, or is still: that a holder is alive is nothing.
   */
  private boolean write() {
    var busy = false;
    var tenures = new ArrayList<Tenure>();
    var advances = new ArrayList<Advance>();
    for (var tenure : tenures()) {
      if (tenure.isDue()) {
        busy |= tenure.progress().isDirty();
        tenure
            .prepare()
            .ifPresent(
                advance -> {
                  tenures.add(tenure);
                  advances.add(advance);
                });
      }
    }
    var told = advances.isEmpty() || write(tenures, advances);
    return busy || !told;
  }

  private boolean write(List<Tenure> tenures, List<Advance> advances) {
    var askedAt = System.nanoTime();
    try {
      var lost = new HashSet<Claim>(store.advance(advances));
      for (var i = 0; i < tenures.size(); i++) {
        if (lost.contains(advances.get(i).claim())) {
          tenures.get(i).notWritten(true);
        } else {
          tenures.get(i).written(advances.get(i), askedAt);
        }
      }
      return true;
    } catch (RuntimeException e) {
      // The leases still hold for a while: the next tick tries again.
      log.debug("[Event Bus] checkpoints could not be written: {}", e.toString());
      tenures.forEach(tenure -> tenure.notWritten(false));
      return false;
    }
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
