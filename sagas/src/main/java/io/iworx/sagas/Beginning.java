package io.iworx.sagas;

import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.StoredSaga;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A saga that is not durable yet: it becomes so with its first commit, for which its starter waits.
 */
final class Beginning {
  private final NewSaga saga;
  private final String instance;
  private final CompletableFuture<StoredSaga> stored = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private boolean sharing = true;
  private @Nullable Thread within;

  Beginning(NewSaga saga, String instance) {
    this.saga = saga;
    this.instance = instance;
  }

  NewSaga saga() {
    return saga;
  }

  String instance() {
    return instance;
  }

  /** As it will be stored. */
  StoredSaga expected() {
    return saga.heldBy(instance, 1);
  }

  boolean isPending() {
    return !stored.isDone();
  }

  /**
   * This thread runs a first step in the transaction of the start from now on, until {@link
   * #leave}.
   *
   * @return false when the starter has waited long enough: the start comes first then
   */
  boolean enter() {
    lock.lock();
    try {
      within = sharing ? Thread.currentThread() : null;
      return sharing;
    } finally {
      lock.unlock();
    }
  }

  /**
   * The end of what {@link #enter} began; no interrupt comes after it.
   *
   * @return false when the starter had enough of waiting meanwhile
   */
  boolean leave() {
    lock.lock();
    try {
      within = null;
      if (!sharing) {
        Thread.interrupted();
      }
      return sharing;
    } finally {
      lock.unlock();
    }
  }

  /** The starter waits no longer for a first step: it begins again, after the start. */
  private void stopSharing() {
    lock.lock();
    try {
      if (sharing && within != null) {
        within.interrupt();
      }
      sharing = false;
    } finally {
      lock.unlock();
    }
  }

  /** It is durable, or another saga has the key: leaves the body then. */
  void ended(StoredSaga found) {
    stored.complete(found);
    if (!found.id().equals(saga.id())) {
      throw Unwind.notStarted("The key belongs to saga " + found.id() + ".");
    }
  }

  /** Nothing of it will be durable, as far as is known here. */
  void failed(RuntimeException why) {
    stored.completeExceptionally(why);
  }

  /**
   * Waits until it is durable, or another saga is found.
   *
   * @param patience how long a first step may take that shares its commit
   */
  StoredSaga await(Duration patience) throws InterruptedException {
    try {
      return stored.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      stopSharing();
    } catch (ExecutionException e) {
      throw failure(e);
    }
    try {
      return stored.get();
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  private static RuntimeException failure(ExecutionException e) {
    return e.getCause() instanceof RuntimeException why
        ? why
        : new SagaException("The saga was not started.", e);
  }
}
