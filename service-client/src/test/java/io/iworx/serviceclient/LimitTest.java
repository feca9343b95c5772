package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.FailureKind.Expired;
import io.iworx.correlation.FailureKind.Retryable;
import io.iworx.correlation.FailureKind.Throttled;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One target takes no more than its places. */
class LimitTest {
  private static final Call<Void> CALL = Call.get("/slow/1", ResponseType.of(Void.class));

  private static Failure<?> failed(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Failure.class);
    return (Failure<?>) outcome;
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void aTargetThatHangsTakesItsOwnPlacesOnly() throws Exception {
    var arrived = new CountDownLatch(2);
    try (var server =
            RawServer.running(
                connection -> {
                  for (var it = connection.read(); it != null; it = connection.read()) {
                    if (it.contains("/api/slow")) {
                      arrived.countDown();
                      connection.server().closing.await();
                    }
                    connection.answer("{}");
                  }
                });
        var client =
            ServiceClient.create(
                "work-order-service",
                server
                    .settings()
                    .withTimeout(Duration.ofSeconds(60))
                    .withLimit(new LimitOptions(2, 0)))) {
      var first = CompletableFuture.supplyAsync(() -> client.exchange(CALL), threads);
      var second = CompletableFuture.supplyAsync(() -> client.exchange(CALL), threads);
      arrived.await();
      var refused = failed(client.exchange(CALL));
      assertThat(refused.kind()).isEqualTo(new Throttled(Duration.ZERO));
      assertThat(refused.error())
          .isEqualTo("Too many calls to slow wait already, so nothing was sent");
      assertThat(refused.attempts()).isZero();
      client.get("/quick", Void.class).orElseThrow();
      server.closing.countDown();
      first.get().orElseThrow();
      second.get().orElseThrow();
    }
  }

  @Test
  void furtherCallsWaitWithinTheirDeadline() throws Exception {
    var arrived = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    try (var server =
            RawServer.running(
                connection -> {
                  while (connection.read() != null) {
                    arrived.countDown();
                    release.await();
                    connection.answer("{}");
                  }
                });
        var client =
            ServiceClient.create(
                "work-order-service",
                server
                    .settings()
                    .withTimeout(Duration.ofSeconds(60))
                    .withLimit(new LimitOptions(1, 10)))) {
      var first = CompletableFuture.supplyAsync(() -> client.exchange(CALL), threads);
      arrived.await();
      var late = failed(client.exchange(CALL.withTimeout(Duration.ofMillis(50))));
      assertThat(late.kind()).isEqualTo(new Retryable());
      assertThat(late.error()).contains("stayed busy");
      io.iworx.correlation.Correlation.fresh()
          .withDeadline(Clock.systemUTC().instant().plusMillis(50))
          .run(() -> assertThat(failed(client.exchange(CALL)).kind()).isEqualTo(new Expired()));
      var waiting = CompletableFuture.supplyAsync(() -> client.exchange(CALL), threads);
      release.countDown();
      first.get().orElseThrow();
      waiting.get().orElseThrow();
      assertThat(server.requests).hasValue(2);
      assertThat(server.connections).hasValue(1);
    }
  }
}
