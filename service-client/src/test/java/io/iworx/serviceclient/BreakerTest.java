package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.FailureKind.Throttled;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A target that fails is left alone, probed, and called again. */
class BreakerTest {
  private static final BreakerOptions QUICK =
      BreakerOptions.defaults().withMinimumCalls(5).withOpenFor(Duration.ofMillis(300));

  private static final String DOWN = "HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n";

  private final ConcurrentLinkedQueue<String> changes = new ConcurrentLinkedQueue<>();

  private ServiceClient client(RawServer server, BreakerOptions breaker) {
    return ServiceClient.create(
        "work-order-service",
        server
            .settings()
            .withRetry(RetryOptions.none())
            .withBreaker(breaker)
            .withListener(
                new CallListener() {
                  @Override
                  public void breakerChanged(String target, BreakerState state) {
                    changes.add(target + " " + state);
                  }
                }));
  }

  private static Failure<?> failed(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Failure.class);
    return (Failure<?>) outcome;
  }

  private static RawServer failingWhile(AtomicBoolean down) {
    return RawServer.running(
        connection -> {
          for (var it = connection.read(); it != null; it = connection.read()) {
            if (down.get() && it.contains("/api/assets")) {
              connection.write(DOWN);
            } else {
              connection.answer("{}");
            }
          }
        });
  }

  @Test
  void anOpenBreakerSendsNothingToItsTargetAndLeavesTheOthersAlone() throws IOException {
    try (var server = failingWhile(new AtomicBoolean(true));
        var client = client(server, QUICK.withOpenFor(Duration.ofMinutes(1)))) {
      for (int i = 0; i < 5; i++) {
        assertThat(failed(client.get("/assets/" + i, Void.class)).status()).isEqualTo(503);
      }
      var refused = failed(client.get("/assets/6?x=y", Void.class));
      assertThat(refused.error())
          .isEqualTo("The circuit breaker of assets is open, so nothing was sent");
      assertThat(refused.attempts()).isZero();
      assertThat(refused.kind())
          .isInstanceOfSatisfying(
              Throttled.class,
              it ->
                  assertThat(it.retryAfter())
                      .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60)));
      assertThat(server.requests).hasValue(5);
      client.get("/people/1", Void.class).orElseThrow();
      assertThat(changes).containsExactly("assets OPEN");
    }
  }

  @Test
  void itClosesAfterTheTargetRecovers() throws IOException {
    var down = new AtomicBoolean(true);
    try (var server = failingWhile(down);
        var client = client(server, QUICK)) {
      for (int i = 0; i < 5; i++) {
        failed(client.get("/assets/1", Void.class));
      }
      await().until(() -> failed(client.get("/assets/1", Void.class)).status() == 503); // a probe
      down.set(false);
      await().until(() -> client.get("/assets/1", Void.class) instanceof Success<?>);
      client.get("/assets/1", Void.class).orElseThrow();
      client.get("/assets/1", Void.class).orElseThrow();
      assertThat(changes)
          .startsWith("assets OPEN", "assets HALF_OPEN", "assets OPEN", "assets HALF_OPEN")
          .endsWith("assets CLOSED");
    }
  }

  @Test
  void ofManyCallsAtOnceAHalfOpenBreakerLetsOnlyTheProbesThrough() throws Exception {
    var down = new AtomicBoolean(true);
    var release = new CountDownLatch(1);
    var probes = new AtomicInteger();
    try (var server =
            RawServer.running(
                connection -> {
                  for (var it = connection.read(); it != null; it = connection.read()) {
                    if (down.get()) {
                      connection.write(DOWN);
                    } else {
                      probes.incrementAndGet();
                      release.await();
                      connection.answer("{}");
                    }
                  }
                });
        var client = client(server, QUICK.withProbes(2));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 5; i++) {
        failed(client.get("/assets/1", Void.class));
      }
      down.set(false);
      await().until(() -> probing(client, threads));
      var calls = new ArrayList<CompletableFuture<Outcome<Void>>>();
      for (int i = 0; i < 100; i++) {
        calls.add(
            CompletableFuture.supplyAsync(() -> client.get("/assets/1", Void.class), threads));
      }
      await().until(() -> calls.stream().filter(CompletableFuture::isDone).count() >= 99);
      await().untilAsserted(() -> assertThat(probes).hasValue(2));
      release.countDown();
      await().until(() -> changes.contains("assets CLOSED"));
      client.get("/assets/1", Void.class).orElseThrow();
    }
  }

  /** Starts the first probe as soon as one is let through. */
  private boolean probing(ServiceClient client, Executor threads) {
    threads.execute(() -> client.get("/assets/1", Void.class));
    return changes.contains("assets HALF_OPEN");
  }

  @Test
  void aTargetThatHangsOpensItToo() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.server().closing.await();
                });
        var client = client(server, QUICK.withOpenFor(Duration.ofMinutes(1)))) {
      var call =
          Call.post("/assets", Map.of(), ResponseType.of(Void.class))
              .withTimeout(Duration.ofMillis(30));
      for (int i = 0; i < 5; i++) {
        failed(client.exchange(call));
      }
      assertThat(failed(client.exchange(call)).error()).contains("circuit breaker");
    }
  }

  @Test
  void refusalsOfTheRequestDoNotOpenIt() throws IOException {
    for (var status : List.of("400", "404", "409", "429", "501")) {
      try (var server =
              RawServer.running(
                  connection -> {
                    while (connection.read() != null) {
                      connection.write("HTTP/1.1 " + status + " No\r\ncontent-length: 0\r\n\r\n");
                    }
                  });
          var client = client(server, QUICK)) {
        for (int i = 0; i < 20; i++) {
          assertThat(failed(client.get("/assets/1", Void.class)).status())
              .isEqualTo(Integer.parseInt(status));
        }
      }
    }
    assertThat(changes).isEmpty();
  }

  @Test
  void halfOfTheAttemptsMayFailBeforeItOpensAndOldOnesAreForgotten() {
    var now = new AtomicLong(-5);
    var states = new ArrayList<BreakerState>();
    var breaker = new Breaker(BreakerOptions.defaults().withMinimumCalls(4), now::get, states::add);
    for (int i = 0; i < 30; i++) {
      breaker.leave(breaker.enter(), Breaker.Verdict.ALIVE);
      breaker.leave(breaker.enter(), Breaker.Verdict.ALIVE);
      breaker.leave(breaker.enter(), Breaker.Verdict.FAILED);
    }
    assertThat(states).isEmpty();
    now.addAndGet(Duration.ofSeconds(11).toNanos());
    for (int i = 0; i < 3; i++) {
      breaker.leave(breaker.enter(), Breaker.Verdict.FAILED);
    }
    assertThat(states).isEmpty(); // too few
    breaker.leave(breaker.enter(), Breaker.Verdict.FAILED);
    assertThat(states).containsExactly(BreakerState.OPEN);
    assertThat(breaker.enter()).isEqualTo(Breaker.REFUSED);
  }

  @Test
  void anAnswerFromBeforeSaysNothingAboutNowAndACancelledProbeGivesItsPlaceBack() {
    var now = new AtomicLong();
    var states = new ArrayList<BreakerState>();
    var breaker = new Breaker(QUICK.withProbes(1), now::get, states::add);
    var slow = breaker.enter();
    for (int i = 0; i < 5; i++) {
      breaker.leave(breaker.enter(), Breaker.Verdict.FAILED);
    }
    now.addAndGet(QUICK.openFor().toNanos());
    var probe = breaker.enter();
    assertThat(probe).isNotEqualTo(Breaker.REFUSED);
    breaker.leave(slow, Breaker.Verdict.ALIVE);
    assertThat(breaker.enter()).isEqualTo(Breaker.REFUSED);
    breaker.leave(probe, Breaker.Verdict.NOTHING);
    var second = breaker.enter();
    assertThat(second).isNotEqualTo(Breaker.REFUSED);
    breaker.leave(second, Breaker.Verdict.ALIVE);
    assertThat(states)
        .containsExactly(BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED);
  }
}
