package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.FailureKind.Retryable;
import io.iworx.correlation.FailureKind.Unknown;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections are kept, given back, found stale, and ended with their caller. */
class ConnectionsTest {
  private static final RawServer.Script ECHOING =
      connection -> {
        while (connection.read() != null) {
          connection.answer("{}");
        }
      };

  private static Failure<?> failed(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Failure.class);
    return (Failure<?>) outcome;
  }

  /** Answers one request a connection and then ends it without having said so. */
  private static RawServer endingItsConnections(CountDownLatch ended) {
    return RawServer.running(
        connection -> {
          connection.read();
          connection.answer("{}");
          connection.socket().close();
          ended.countDown();
        });
  }

  @Test
  void oneConnectionServesManyCalls() throws IOException {
    try (var server = RawServer.running(ECHOING);
        var client = server.client()) {
      for (int i = 0; i < 50; i++) {
        client.post("/x", Map.of("i", i), Void.class).orElseThrow();
      }
      assertThat(server.connections).hasValue(1);
      assertThat(server.requests).hasValue(50);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "POST with a key"})
  void aStaleConnectionCostsARepeatableCallNoError(String method) throws Exception {
    var ended = new CountDownLatch(1);
    try (var server = endingItsConnections(ended);
        var client = server.client()) {
      client.get("/x", Void.class).orElseThrow();
      ended.await();
      var nothing = ResponseType.of(Void.class);
      var call =
          switch (method) {
            case "GET" -> Call.get("/x", nothing);
            case "PUT" -> Call.put("/x", Map.of(), nothing);
            case "DELETE" -> Call.delete("/x", nothing);
            default -> Call.post("/x", Map.of(), nothing).withIdempotencyKey("k");
          };
      var outcome = client.exchange(call);
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Success.class, it -> assertThat(it.meta().attempts()).isEqualTo(2));
      assertThat(server.requests).hasValue(2);
    }
  }

  @Test
  void theSecondAttemptSaysSo() throws Exception {
    var heads = new AtomicReference<String>();
    try (var server =
            RawServer.running(
                connection -> {
                  heads.set(String.valueOf(connection.read()));
                  connection.answer("{}");
                  if (connection.number() == 1) {
                    connection.read();
                    connection.reset();
                  }
                });
        var client = server.client()) {
      client.get("/x", Void.class).orElseThrow();
      assertThat(heads.get()).contains("x-attempt: 1\r\n");
      client.get("/x", Void.class).orElseThrow();
      assertThat(heads.get()).contains("x-attempt: 2\r\n");
    }
  }

  @Test
  void aStaleConnectionIsRetriedOnceOnly() throws Exception {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  if (connection.number() == 1) {
                    connection.answer("{}");
                    connection.read();
                  }
                  connection.reset();
                });
        var client =
            ServiceClient.create(
                "work-order-service", server.settings().withRetry(RetryOptions.none()))) {
      client.get("/x", Void.class).orElseThrow();
      var failure = failed(client.get("/x", Void.class));
      assertThat(failure.kind()).isEqualTo(new Unknown());
      assertThat(failure.attempts()).isEqualTo(2);
      assertThat(server.requests).hasValue(3);
    }
  }

  @Test
  void aCallThatWaitsForAConnectionInVainIsRetryable() throws Exception {
    var busy = new CountDownLatch(1);
    try (var server =
        RawServer.running(
            connection -> {
              connection.read();
              busy.countDown();
              connection.server().closing.await();
            })) {
      var client =
          ServiceClient.create(
              "work-order-service",
              server.settings().withMaxConnections(1).withTimeout(Duration.ofSeconds(60)));
      var first = CompletableFuture.supplyAsync(() -> client.get("/x", Void.class));
      busy.await();
      var call = Call.get("/x", ResponseType.of(Void.class)).withTimeout(Duration.ofMillis(200));
      assertThat(failed(client.exchange(call)).kind()).isEqualTo(new Retryable());
      client.close();
      assertThat(failed(first.get()).error()).contains("The service client was closed");
    }
  }

  @Test
  void failuresLeakNoConnection() throws Exception {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  switch (connection.number() % 4) {
                    case 0 ->
                        connection.write(
                            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
                    case 1 -> connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx");
                    case 2 -> connection.write("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n");
                    default -> connection.server().closing.await();
                  }
                });
        var client =
            ServiceClient.create(
                "work-order-service",
                server
                    .settings()
                    .withMaxConnections(1)
                    .withMaxResponseBytes(1000)
                    .withTimeout(Duration.ofMillis(300)))) {
      var succeeded = 0;
      for (int i = 0; i < 12; i++) {
        succeeded += client.post("/x", Map.of(), Object.class) instanceof Success<?> ? 1 : 0;
      }
      assertThat(succeeded).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "platform"})
  void interruptingTheCallerEndsTheCall(String kind) throws Exception {
    var arrived = new CountDownLatch(1);
    var gone = new CountDownLatch(1);
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  arrived.countDown();
                  if (connection.in().read() < 0) {
                    gone.countDown();
                  }
                });
        var client =
            ServiceClient.create(
                "work-order-service", server.settings().withTimeout(Duration.ofSeconds(60)))) {
      var outcome = new AtomicReference<Outcome<?>>();
      var flag = new AtomicReference<Boolean>();
      Runnable work =
          () -> {
            outcome.set(client.post("/x", Map.of(), Void.class));
            flag.set(Thread.currentThread().isInterrupted());
          };
      var caller =
          kind.equals("virtual") ? Thread.ofVirtual().start(work) : Thread.ofPlatform().start(work);
      arrived.await();
      caller.interrupt();
      caller.join();
      gone.await(); // the server is told: its connection ended
      var failure = failed(outcome.get());
      assertThat(failure.kind()).isEqualTo(new Unknown());
      assertThat(failure.error()).contains("interrupted");
      assertThat(flag.get()).isTrue();
    }
  }

  @Test
  void anInterruptedCallerSendsNothing() throws IOException {
    try (var server = RawServer.running(ECHOING);
        var client = server.client()) {
      Thread.currentThread().interrupt();
      var failure = failed(client.get("/x", Void.class));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(failure.kind()).isEqualTo(new Retryable());
      assertThat(server.requests).hasValue(0);
    }
  }
}
