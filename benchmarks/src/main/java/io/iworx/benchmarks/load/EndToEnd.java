package io.iworx.benchmarks.load;

import java.time.Duration;
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
    Flow flow = Flow.start(bus, stage.number("subscriptions"));
    if (stage.flag("slow")) {
      bus.subscribe("slow", _ -> sleep());
    }
    flow.pass(stage.warmup());
    stage.begin();
    long published = flow.pass(stage.seconds());
    stage.end();
    stage.report("events", published);
    flow.verify(stage);
  }

  private static void sleep() {
    try {
      TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Callers and counting subscriptions. */
  static final class Flow {
    private final Ourselves bus;
    private final AtomicLong[] counts;
    private final Set<String> names = new TreeSet<>();
    private final Callers callers;

    private Flow(Ourselves bus, int subscriptions) {
      this.bus = bus;
      this.counts = new AtomicLong[subscriptions];
      Arrays.setAll(counts, _ -> new AtomicLong());
      this.callers = new Callers(PublishMany.CALLERS, this::slowest, bus::publish);
    }

    static Flow start(Ourselves bus, int subscriptions) {
      Flow flow = new Flow(bus, subscriptions);
      for (int i = 0; i < subscriptions; i++) {
        AtomicLong count = flow.counts[i];
        String name = "counting-" + i;
        flow.names.add(name);
        bus.subscribe(name, _ -> count.incrementAndGet());
      }
      return flow;
    }

    private long slowest() {
      return Arrays.stream(counts).mapToLong(AtomicLong::get).min().orElse(0);
    }

    /** Publishes for a time; returns when all is handled and the checkpoints say so. */
    long pass(Duration time) throws Exception {
      long published = callers.callFor(time);
      while (slowest() < callers.made()) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      bus.awaitCheckpoints(names);
      return published;
    }

    /** Nothing was killed and nothing failed: more deliveries than events would be a fault. */
    void verify(Stage stage) {
      long most = Arrays.stream(counts).mapToLong(AtomicLong::get).max().orElse(0);
      stage.report("again", most - callers.made());
    }
  }
}
