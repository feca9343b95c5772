package io.iworx.sagas;

import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who wait for sagas that something became of them. What happens here is told at once;
 * for sagas elsewhere two statements a second ask for all that anyone waits for, and none while
 * nobody does.
 */
final class Endings {
  private static final Logger LOG = LoggerFactory.getLogger(Endings.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private final SagaEngine engine;
  private final SagaStore store;
  private final ConcurrentHashMap<String, Watch> watches = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private boolean looking;

  Endings(SagaEngine engine, SagaStore store) {
    this.engine = engine;
    this.store = store;
  }

  /** Those who wait for one saga. */
  private record Watch(CountDownLatch told, int waiting) {}

  /** One who waits; from now on nothing is missed. */
  final class Waiter implements AutoCloseable {
    private final String sagaId;
    private final CountDownLatch told;

    private Waiter(String sagaId, CountDownLatch told) {
      this.sagaId = sagaId;
      this.told = told;
    }

    /** Until something may have become of it, at most so long. */
    void await(Duration atMost) throws InterruptedException {
      told.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
      watches.computeIfPresent(
          sagaId,
          (_, watch) ->
              !watch.told().equals(told)
                  ? watch
                  : watch.waiting() == 1 ? null : new Watch(told, watch.waiting() - 1));
    }
  }

  Waiter watch(String sagaId) {
    var watch =
        watches.compute(
            sagaId,
            (_, before) ->
                before == null
                    ? new Watch(new CountDownLatch(1), 1)
                    : new Watch(before.told(), before.waiting() + 1));
    lookWhileWatched();
    return new Waiter(sagaId, watch.told());
  }

  /** Something became of a saga; whoever waits looks. */
  void tell(String sagaId) {
    var watch = watches.remove(sagaId);
    if (watch != null) {
      watch.told().countDown();
    }
  }

  private void lookWhileWatched() {
    lock.lock();
    try {
      if (!looking) {
        looking = true;
        Thread.ofVirtual().name("saga-endings").start(this::run);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    // Also on an instance that is closed: its handles still tell what others make of a saga.
    try {
      do {
        Thread.sleep(BETWEEN_LOOKS);
        look();
      } while (goesOn());
    } catch (InterruptedException e) {
      LOG.debug("Nobody interrupts this thread: {}", e.getMessage());
    }
  }

  /** Ends the looking in the same moment in which nobody is watching. */
  private boolean goesOn() {
    lock.lock();
    try {
      looking = !watches.isEmpty();
      return looking;
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    var elsewhere = Set.copyOf(watches.keySet().stream().filter(engine::isElsewhere).toList());
    if (elsewhere.isEmpty()) {
      return;
    }
    try {
      store.ended(elsewhere).forEach(this::tell);
    } catch (SagaStoreException e) {
      LOG.debug("Ended sagas are looked for again: {}", e.getMessage());
    }
  }
}
