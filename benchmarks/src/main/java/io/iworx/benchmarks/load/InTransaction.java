package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Publishes in a transaction with a row of its own, 200 times a second; counted from the call of
 * {@code commit} to the handler.
 *
 * <p>Option {@code long}: so many others publish all the while in transactions that they leave open
 * for two seconds. Those events are not counted, only waited for.
 */
final class InTransaction implements Contender {
  private static final double PER_SECOND = 200;
  private static final int MOST = 1_000_000;
  private static final long LONG_SECONDS = 2;

  private final AtomicLongArray committing = new AtomicLongArray(MOST);
  private final AtomicLong handled = new AtomicLong();
  private final AtomicLong longOnes = new AtomicLong();
  private final Latencies latencies = new Latencies();
  private volatile long since = Long.MAX_VALUE;

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage);
    try (Connection connection = stage.connect()) {
      Effects.createTable(connection);
    }
    bus.subscribe("commits", this::handle);
    AtomicBoolean going = new AtomicBoolean(true);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    Pace pace = new Pace(PER_SECOND);
    long published;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int many = stage.number("long");
      for (int i = 0; i < many; i++) {
        // Not all at once: some are always in the middle of theirs.
        long delay = LONG_SECONDS * 1_000 * i / many;
        threads.execute(() -> keepOpen(bus, delay, going, failure));
      }
      pace.callFor(stage.warmup(), (sequence, due) -> publish(bus, sequence));
      stage.begin();
      since = System.nanoTime();
      published = pace.callFor(stage.seconds(), (sequence, due) -> publish(bus, sequence));
      stage.end();
      going.set(false);
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    while (handled.get() < published + longOnes.get()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    stage.report("events", latencies.count());
    stage.report("handled", latencies);
  }

  private void publish(Ourselves bus, long sequence) throws Exception {
    try (Connection connection = bus.connection()) {
      connection.setAutoCommit(false);
      insert(connection, Order.of(sequence, 1));
      bus.publish(connection, sequence, 1);
      committing.set((int) sequence, System.nanoTime());
      connection.commit();
      connection.setAutoCommit(true);
    }
  }

  private void keepOpen(
      Ourselves bus,
      long delay,
      AtomicBoolean going,
      AtomicReference<@Nullable Exception> failure) {
    try {
      TimeUnit.MILLISECONDS.sleep(delay);
      while (going.get()) {
        try (Connection connection = bus.connection()) {
          connection.setAutoCommit(false);
          bus.publish(connection, MOST + longOnes.get(), 1);
          TimeUnit.SECONDS.sleep(LONG_SECONDS);
          connection.commit();
          longOnes.incrementAndGet();
          connection.setAutoCommit(true);
        }
      }
    } catch (Exception e) {
      failure.compareAndSet(null, e);
    }
  }

  private static void insert(Connection connection, Order order) throws Exception {
    try (PreparedStatement insert = connection.prepareStatement(Effects.INSERT)) {
      Effects.bind(insert, order);
      insert.executeUpdate();
    }
  }

  private void handle(Order order) {
    if (order.sequence() < MOST) {
      long committed = committing.get((int) order.sequence());
      if (committed >= since) {
        latencies.add(System.nanoTime() - committed);
      }
    }
    handled.incrementAndGet();
  }
}
