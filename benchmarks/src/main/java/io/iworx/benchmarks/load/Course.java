package io.iworx.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * From callers to handlers, and until the store says that it is done: what every side of a row end
 * to end has to do.
 */
public final class Course {
  private final Callers callers;
  private final LongSupplier handled;
  private final Settling settling;

  /** Returns when the store is done with all that was handled. */
  @FunctionalInterface
  public interface Settling {
    void await() throws Exception;
  }

  /**
   * A course that has not begun.
   *
   * @param handled how many were handled so far, by the slowest handler where there are several
   */
  public Course(Callers callers, LongSupplier handled, Settling settling) {
    this.callers = callers;
    this.handled = handled;
    this.settling = settling;
  }

  /** Publishes for a time, waits for handlers and store, and says how many events it were. */
  public long pass(Duration time) throws Exception {
    long published = callers.callFor(time);
    while (handled.getAsLong() < callers.made()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    settling.await();
    return published;
  }

  /** Warms up, then measures; also reports how many were handled more than once. */
  public void measure(Stage stage) throws Exception {
    pass(stage.warmup());
    stage.begin();
    long published = pass(stage.seconds());
    stage.end();
    stage.report("events", published);
    stage.report("again", handled.getAsLong() - callers.made());
  }
}
