package io.iworx.torture;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Counts the moments of a saga, in whichever process, and holds the message that is the chosen one:
 * what is on its way waits until the harness has done what it wants. Safe for any thread.
 */
final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private String saga = "";
  private int chosen;
  private int count;
  private volatile @Nullable Held held;

  /**
   * What waits.
   *
   * @param worker whose message it is
   * @param what such as {@code before COMMIT}
   */
  record Held(String worker, String what, CompletableFuture<Boolean> end) {

    /** The message goes on. */
    void go() {
      end.complete(true);
    }

    /** The connection breaks instead. */
    void cut() {
      end.complete(false);
    }
  }

  /** Counts anew from here, for another saga. */
  void choose(String newSaga, int moment) {
    lock.lock();
    try {
      saga = newSaga;
      chosen = moment;
      count = 0;
      held = null;
    } finally {
      lock.unlock();
    }
  }

  /** What waits, or waited; null when the moment has not come. */
  @Nullable Held held() {
    return held;
  }

  /** Whether an answer of the server tells of the saga. */
  boolean isAbout(byte[] answer) {
    return new String(answer, StandardCharsets.ISO_8859_1).contains(saga);
  }

  /** One moment of a certain saga; one of another passes. */
  boolean pass(String worker, String ofSaga, String what) {
    lock.lock();
    try {
      if (!ofSaga.equals(saga)) {
        return true;
      }
    } finally {
      lock.unlock();
    }
    return pass(worker, what);
  }

  /** One moment; false when the connection is to break here. */
  boolean pass(String worker, String what) {
    Held now;
    lock.lock();
    try {
      if (++count != chosen) {
        return true;
      }
      now = new Held(worker, what, new CompletableFuture<>());
      held = now;
    } finally {
      lock.unlock();
    }
    return now.end().join();
  }
}
