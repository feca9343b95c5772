package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.gateway.spi.LimitStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A limit that gateways share, whatever becomes of the store. The real one is tested with it. */
final class SharedLimitTest {
  private static final RateLimit LIMIT = RateLimit.of(40, Duration.ofDays(1)).withShared(true);

  /** One bucket, in memory; can be down or hang. */
  private static final class OneBucket implements LimitStore {
    private final AtomicInteger left = new AtomicInteger(40);
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean down;
    private volatile boolean hangs;

    @Override
    public List<Lease> take(List<Demand> demands) {
      asked.incrementAndGet();
      check();
      return demands.stream().map(it -> take(it.wanted())).toList();
    }

    private Lease take(int wanted) {
      var granted = Math.min(wanted, left.get());
      left.addAndGet(-granted);
      return new Lease(granted, left.get() > 0 ? Duration.ZERO : Duration.ofHours(1));
    }

    @Override
    public int instances(String instance) {
      check();
      return 4;
    }

    private void check() {
      if (down) {
        throw new IllegalStateException("the store is down");
      }
      if (hangs) {
        try {
          end.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  private final RecordingUpstream upstream = new RecordingUpstream();
  private final OneBucket store = new OneBucket();
  private final Gateway gateway =
      Gateway.start(
          GatewayConfig.of(
                  List.of(
                      Route.of("assets", upstream.url())
                          .withPublicAccess(true)
                          .withPolicies(RoutePolicies.NONE.withRateLimit(LIMIT))))
              .withPort(0),
          GatewayParts.of(new HopList()).withLimitStore(store));

  @AfterEach
  void stop() throws Exception {
    store.end.countDown();
    gateway.close();
    upstream.close();
  }

  private int admitted(int requests) throws Exception {
    var calls = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < requests; i++) {
      calls.add(
          () -> RawClient.ask(gateway, "GET /api/assets HTTP/1.1\r\nHost: g\r\n\r\n").status());
    }
    var admitted = 0;
    try (var threads = Executors.newFixedThreadPool(16)) {
      for (var call : threads.invokeAll(calls)) {
        assertThat(call.get()).isIn(200, 429);
        admitted += call.get() == 200 ? 1 : 0;
      }
    }
    return admitted;
  }

  private String health() throws Exception {
    return RawClient.ask(gateway, "GET /health HTTP/1.1\r\nHost: g\r\n\r\n").body();
  }

  @Test
  void allOfTheLimitIsLetThroughAndTheStoreIsAskedForManyAtATime() throws Exception {
    assertThat(admitted(200)).isEqualTo(40);
    assertThat(store.asked).hasValueLessThan(40);
    assertThat(health()).doesNotContain("limits");
  }

  @Test
  void whileTheStoreIsDownTheShareGoesOnAndHealthSaysSo() throws Exception {
    assertThat(admitted(1)).isEqualTo(1);
    store.down = true;
    var before = 40 - 1 - store.left.get(); // taken ahead, and still here
    assertThat(admitted(200)).isBetween(10, before + 10); // a fourth
    assertThat(health()).contains("\"status\":\"degraded\"", "\"limits\":\"each gateway counts");
    store.down = false;
    await().atMost(Duration.ofSeconds(10)).until(() -> !health().contains("limits"));
    var left = store.left.get();
    assertThat(left).isPositive();
    assertThat(admitted(200)).isEqualTo(left); // counted together again
  }

  @Test
  void aStoreThatHangsHangsNobody() throws Exception {
    assertThat(admitted(1)).isEqualTo(1);
    store.hangs = true;
    var before = 40 - 1 - store.left.get();
    var begun = System.nanoTime();
    assertThat(admitted(200)).isBetween(10, before + 10);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
  }
}
