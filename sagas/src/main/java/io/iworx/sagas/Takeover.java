package io.iworx.sagas;

import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.TakenOver;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows that this instance lives, and goes on with sagas whose instance does not: one statement
 * every third of the lease, and one when the lease of another instance ends that shows no sign of
 * life any more.
 */
final class Takeover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

  /** So many at a time, so that one instance does not take everything that another left. */
  private static final int BATCH = 50;

  /** With so many running already, others may take what is left. */
  private static final int ENOUGH = 1_000;

  private static final Duration FIRST_LEASE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration RETRY = Duration.ofMillis(500);

  /** Short leases of others do not make this instance look more often. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  /** Within this, instances that wait for the same lease to end look one after the other. */
  private static final Duration MOST_JITTER = Duration.ofMillis(500);

  private final SagaEngine engine;
  private final SagaStore store;
  private final SagasOptions options;
  private final Semaphore wake = new Semaphore(0);
  private final CountDownLatch leased = new CountDownLatch(1);
  private final Thread thread;
  private volatile Set<DefinitionVersion> definitions = Set.of();
  private final long madeAt = System.nanoTime();
  private final AtomicLong nextLook = new AtomicLong();
  private volatile long lastLook = -BETWEEN_LOOKS.toNanos();
  private boolean failing;

  Takeover(SagaEngine engine, SagaStore store, SagasOptions options) {
    this.engine = engine;
    this.store = store;
    this.options = options;
    this.thread = Thread.ofVirtual().name("saga-takeover").start(this::run);
  }

  void lookNow(Set<DefinitionVersion> newDefinitions) {
    definitions = Set.copyOf(newDefinitions);
    nextLook.set(0);
    wake.release();
  }

  /**
   * A saga is started only by an instance that others know to be alive: they would take it over.
   */
  void awaitLease() {
    try {
      if (!leased.await(FIRST_LEASE.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new SagaStoreException(
            "The saga store did not answer within "
                + FIRST_LEASE.toSeconds()
                + " s: nothing was started.",
            null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SagaException("Interrupted: nothing was started.", e);
    }
  }

  private void run() {
    while (!engine.isClosing()) {
      try {
        // Until something is defined, this instance holds nothing and needs no lease.
        if (definitions.isEmpty()) {
          wake.acquire();
        } else if (!isTime()) {
          wake.tryAcquire(nextLook.get() - elapsed(), TimeUnit.NANOSECONDS);
        }
        wake.drainPermits();
      } catch (InterruptedException e) {
        return;
      }
      if (!engine.isClosing() && isTime() && !definitions.isEmpty()) {
        nextLook.set(Long.MAX_VALUE);
        lastLook = elapsed();
        var pause = look();
        lookAt(elapsed() + pause.toNanos());
      }
    }
  }

  private boolean isTime() {
    return elapsed() >= nextLook.get();
  }

  /** Nanoseconds since this was made. */
  private long elapsed() {
    return System.nanoTime() - madeAt;
  }

  /** Looks then, or sooner. */
  private void lookAt(long at) {
    if (nextLook.getAndAccumulate(at, Math::min) > at) {
      wake.release();
    }
  }

  /** Something here will be due then; what is due at about the same time is looked for once. */
  void dueIn(Duration duration) {
    if (duration.compareTo(options.lease()) < 0) {
      lookAt(Math.max(elapsed() + duration.toNanos(), lastLook + BETWEEN_LOOKS.toNanos()));
    }
  }

  /** Says when to look again. */
  private Duration look() {
    var limit = Math.clamp(ENOUGH - engine.runningCount(), 0, BATCH);
    try {
      var taken = store.claim(options.instance(), options.lease(), definitions, limit);
      leased.countDown();
      if (failing) {
        engine.launchForgotten();
        failing = false;
      }
      for (var saga : taken.sagas()) {
        LOG.info("Saga {} ({}) goes on here.", saga.id(), saga.definition());
        // A first holder finds nothing begun, and so does the first after a wait.
        engine.launch(saga, saga.fence() > 1 && saga.wakeStep() == null);
      }
      engine.arrivals().followAll(taken.awaited());
      return limit > 0 && taken.sagas().size() >= limit ? BETWEEN_LOOKS : untilNext(taken);
    } catch (SagaStoreException e) {
      if (!failing) {
        LOG.warn("The lease of this instance is not prolonged: {}", e.getMessage());
      }
      failing = true;
      return RETRY;
    }
  }

  private Duration untilNext(TakenOver taken) {
    var pause = options.lease().dividedBy(3);
    if (taken.nextLeaseEnd() != null) {
      var most = Math.min(pause.toMillis(), MOST_JITTER.toMillis());
      var end = longer(taken.nextLeaseEnd(), SHORTEST_PAUSE);
      pause = shorter(pause, end.plusMillis(engine.random().nextLong(1 + most)));
    }
    return taken.nextWake() == null
        ? pause
        : shorter(pause, longer(taken.nextWake(), BETWEEN_LOOKS));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? other : one;
  }

  @Override
  public void close() {
    wake.release();
    try {
      thread.join(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
