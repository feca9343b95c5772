package io.iworx.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls at a fixed rate, whether or not earlier ones have returned: what waits is seen in the times
 * counted from when a call was due.
 */
final class Pace {
  private final long interval;
  private long next;

  /** What is done when it is due. */
  @FunctionalInterface
  interface Call {
    void make(long sequence, long due) throws Exception;
  }

  Pace(double perSecond) {
    this.interval = Math.round(1e9 / perSecond);
  }

  /** Calls for a time and waits for the last; returns how many calls were made since the first. */
  long callFor(Duration time, Call call) throws Exception {
    long deadline = System.nanoTime() + time.toNanos();
    return callWhile(() -> System.nanoTime() < deadline, call);
  }

  /** Calls, each on a virtual thread of its own, as long as the condition holds. */
  long callWhile(BooleanSupplier going, Call call) throws Exception {
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long due = System.nanoTime();
      while (going.getAsBoolean() && failure.get() == null) {
        long sequence = next++;
        long dueNow = due;
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        threads.execute(() -> make(call, sequence, dueNow, failure));
        due += interval;
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return next;
  }

  private static void make(
      Call call, long sequence, long due, AtomicReference<@Nullable Exception> failure) {
    try {
      call.make(sequence, due);
    } catch (Exception e) {
      failure.compareAndSet(null, e);
    }
  }
}
