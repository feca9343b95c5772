package io.iworx.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Many callers, each of which waits for the answer to one call before it makes the next.
 *
 * <p>They stop while too much of what they sent is not handled yet, so that a slow handler is
 * measured at its own pace and the end of a run does not take minutes.
 */
public final class Callers {
  /** How many publish at once in every row that does not say otherwise. */
  public static final int MANY = 256;

  /** How far callers may be ahead of the handlers. */
  public static final long AHEAD = 5_000;

  private final int callers;
  private final LongSupplier handled;
  private final Call call;
  private final AtomicLong made = new AtomicLong();

  /** What a caller does. */
  @FunctionalInterface
  public interface Call {
    void make(long sequence) throws Exception;
  }

  /**
   * Callers that have not begun.
   *
   * @param handled how many of their calls have been handled since the beginning; for callers that
   *     nobody handles, {@link Long#MAX_VALUE}
   */
  public Callers(int callers, LongSupplier handled, Call call) {
    this.callers = callers;
    this.handled = handled;
    this.call = call;
  }

  /** How many calls were made so far: the number of the next one. */
  public long made() {
    return made.get();
  }

  /** Calls for a time, waits for the last answers, and says how many calls it were. */
  public long callFor(Duration time) throws Exception {
    long before = made.get();
    long deadline = System.nanoTime() + time.toNanos();
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < callers; i++) {
        threads.execute(() -> callUntil(deadline, failure));
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return made.get() - before;
  }

  private void callUntil(long deadline, AtomicReference<@Nullable Exception> failure) {
    try {
      while (System.nanoTime() < deadline && failure.get() == null) {
        if (made.get() - handled.getAsLong() > AHEAD) {
          TimeUnit.MILLISECONDS.sleep(1);
        } else {
          call.make(made.getAndIncrement());
        }
      }
    } catch (Exception e) {
      failure.compareAndSet(null, e);
    }
  }
}
