package io.iworx.benchmarks.load;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Two instances share a subscription; the one that handles more is killed ({@code kill -9}).
 * Reports how long after that the last of the events is handled that were published in the second
 * before and the second after.
 */
final class KilledInstance implements Contender {
  private static final double PER_SECOND = 500;
  private static final String HANDLED = "value handled ";
  private static final long AROUND = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

  private final ConcurrentHashMap<Long, Long> publishedAt = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Long, Long> handledAt = new ConcurrentHashMap<>();
  private final CountDownLatch ready = new CountDownLatch(2);

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage);
    AtomicLong[] counts = {new AtomicLong(), new AtomicLong()};
    Instance first = Instance.start(stage, "instance-handling", line -> heard(line, counts[0]));
    Instance second = Instance.start(stage, "instance-handling", line -> heard(line, counts[1]));
    ready.await();
    AtomicBoolean going = new AtomicBoolean(true);
    Thread publisher = Thread.ofPlatform().daemon().start(() -> publish(bus, going));
    TimeUnit.NANOSECONDS.sleep(stage.warmup().plus(stage.seconds()).toNanos());
    long ofFirst = counts[0].get();
    long ofSecond = counts[1].get();
    long killed = System.nanoTime();
    (ofFirst > ofSecond ? first : second).kill();
    stage.report("again", (lastHandled(killed) - killed) / 1e9);
    stage.report("share", 100.0 * Math.max(ofFirst, ofSecond) / (ofFirst + ofSecond));
    going.set(false);
    publisher.join();
  }

  private void heard(String line, AtomicLong count) {
    if (line.startsWith(HANDLED)) {
      handledAt.putIfAbsent(Long.parseLong(line.substring(HANDLED.length())), System.nanoTime());
      count.incrementAndGet();
    } else if (line.startsWith("value ready ")) {
      ready.countDown();
    }
  }

  private void publish(Ourselves bus, AtomicBoolean going) {
    try {
      new Pace(PER_SECOND)
          .callWhile(
              going::get,
              (sequence, due) -> {
                bus.publish(sequence, due);
                publishedAt.put(sequence, System.nanoTime());
              });
    } catch (Exception e) {
      throw new IllegalStateException("Publishing failed.", e);
    }
  }

  private long lastHandled(long killed) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(AROUND);
    while (true) {
      var around =
          publishedAt.entrySet().stream()
              .filter(it -> Math.abs(it.getValue() - killed) < AROUND)
              .map(java.util.Map.Entry::getKey)
              .toList();
      if (handledAt.keySet().containsAll(around)) {
        return around.stream().mapToLong(handledAt::get).max().orElseThrow();
      }
      if (System.nanoTime() - killed > PATIENCE) {
        throw new IllegalStateException("Events of the killed instance were not delivered again.");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** One of the two. */
  static final class Handling implements Contender {
    @Override
    public void run(Stage stage) throws Exception {
      Ourselves bus = Ourselves.open(stage);
      bus.subscribe("shared", order -> stage.report("handled", order.sequence()));
      stage.report("ready", 1);
      Thread.currentThread().join(); // until it is killed or nobody listens any more
    }
  }
}
