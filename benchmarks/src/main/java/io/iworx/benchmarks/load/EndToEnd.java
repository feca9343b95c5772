package io.iworx.benchmarks.load;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * 256 callers publish, subscriptions count; it ends when the durable checkpoints have passed the
 * last event.
 *
 * <p>Options: {@code subscriptions}, and {@code slow} for one more that sleeps 50 ms with every
 * event and is not waited for.
 */
final class EndToEnd implements Contender {
  private static final int SLOW_MILLIS = 50;

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage);
    Course course = course(bus, stage.number("subscriptions"));
    if (stage.flag("slow")) {
      bus.subscribe("slow", _ -> sleep());
    }
    course.measure(stage);
  }

  /** From 256 callers to so many counting subscriptions. */
  static Course course(Ourselves bus, int subscriptions) {
    AtomicLong[] counts = new AtomicLong[subscriptions];
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < subscriptions; i++) {
      AtomicLong count = new AtomicLong();
      counts[i] = count;
      String name = "counting-" + i;
      names.add(name);
      bus.subscribe(name, _ -> count.incrementAndGet());
    }
    Callers callers = new Callers(Callers.MANY, () -> slowest(counts), bus::publish);
    return new Course(callers, () -> slowest(counts), () -> bus.awaitCheckpoints(names));
  }

  private static long slowest(AtomicLong[] counts) {
    return Arrays.stream(counts).mapToLong(AtomicLong::get).min().orElse(0);
  }

  private static void sleep() {
    try {
      TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
