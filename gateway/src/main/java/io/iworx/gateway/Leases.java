package io.iworx.gateway;

import io.iworx.correlation.Uuid7;
import io.iworx.gateway.spi.LimitStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings tokens of shared limits from the store, off the event loops: one statement for all buckets
 * that asked, at most a hundred of them a second. While the store is down, or slower than {@link
 * #PATIENCE}, each bucket goes on with this gateway's share.
 */
final class Leases implements AutoCloseable {
  /** How long a request waits for a lease before the gateway goes on with its share. */
  static final Duration PATIENCE = Duration.ofMillis(250);

  private static final long PAUSE_MILLIS = 10;
  private static final long ALONE_PAUSE_MILLIS = 1_000;
  private static final long PRESENCE_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int MOST_AT_ONCE = 500;
  private static final Logger log = LoggerFactory.getLogger(Leases.class);

  private final LimitStore store;
  private final String instance = Uuid7.next();
  private final LinkedBlockingQueue<SharedBucket> asking = new LinkedBlockingQueue<>();
  private final Thread thread =
      Thread.ofVirtual().name("iworx-gateway-limits").unstarted(this::run);
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile int instances = 1;
  private volatile boolean down;
  private volatile boolean busy;
  private volatile long busySince;
  private long presentAt = System.nanoTime() - PRESENCE_NANOS;

  Leases(LimitStore store) {
    this.store = store;
  }

  /** Begins, with the first limit that is shared: without one nothing is asked. */
  void start() {
    if (started.compareAndSet(false, true)) {
      thread.start();
    }
  }

  /** Whether any limit is shared. */
  boolean used() {
    return started.get();
  }

  SharedBucket bucket(RateLimit limit, String name) {
    return new SharedBucket(this, limit, name);
  }

  /** How many gateways share the limits, as the store said last. */
  int instances() {
    return instances;
  }

  /** Whether the store is down or does not answer. */
  boolean alone(long now) {
    return down || (busy && now - busySince > PATIENCE.toNanos());
  }

  void ask(SharedBucket bucket) {
    asking.add(bucket);
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        var first = asking.poll(down ? ALONE_PAUSE_MILLIS : 1_000, TimeUnit.MILLISECONDS);
        round(first);
        TimeUnit.MILLISECONDS.sleep(down ? ALONE_PAUSE_MILLIS : PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void round(@Nullable SharedBucket first) {
    var buckets = new ArrayList<SharedBucket>();
    if (first != null) {
      buckets.add(first);
      asking.drainTo(buckets, MOST_AT_ONCE - 1);
    }
    busySince = System.nanoTime();
    busy = true;
    try {
      sayPresent();
      var leases = buckets.isEmpty() ? List.<LimitStore.Lease>of() : store.take(demands(buckets));
      for (int i = 0; i < buckets.size(); i++) {
        buckets.get(i).got(leases.get(i));
      }
      if (down) {
        down = false;
        log.info("[API Gateway] shared rate limits are counted together again");
      }
    } catch (RuntimeException e) {
      if (!down) {
        down = true;
        log.warn(
            "[API Gateway] shared rate limits cannot be counted together; each of {} gateways goes"
                + " on with its share: {}",
            instances,
            e.toString());
      }
      buckets.forEach(SharedBucket::gotNothing);
    } finally {
      busy = false;
    }
  }

  private static List<LimitStore.Demand> demands(List<SharedBucket> buckets) {
    return buckets.stream().map(SharedBucket::demand).toList();
  }

  private void sayPresent() {
    if (down || System.nanoTime() - presentAt >= PRESENCE_NANOS) {
      instances = Math.max(1, store.instances(instance));
      presentAt = System.nanoTime();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
