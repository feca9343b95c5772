package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.correlation.FailureKind.Expired;
import io.iworx.correlation.FailureKind.Permanent;
import io.iworx.correlation.FailureKind.Retryable;
import io.iworx.correlation.FailureKind.Unknown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong on the way, and what the caller is told. */
class FaultTest {
  private static final String OK = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

  private static Failure<?> failed(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Failure.class);
    return (Failure<?>) outcome;
  }

  private static Failure<?> failed(Outcome<?> outcome, FailureKind kind, String error) {
    var failure = failed(outcome);
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.error()).contains(error).doesNotContain("127.0.0.1");
    assertThat(failure.status()).isZero();
    return failure;
  }

  private static ServiceClient client(URI gateway, Duration timeout) {
    return ServiceClient.create(
        "work-order-service", ClientSettings.of(gateway).withTimeout(timeout));
  }

  @Test
  void aRefusedConnectionIsRetryable() throws IOException {
    URI nobody;
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }
    try (var client = client(nobody, Duration.ofSeconds(5))) {
      failed(client.post("/x", Map.of(), Void.class), new Retryable(), "refused the connection");
    }
  }

  @Test
  void aNameThatDoesNotResolveIsRetryable() {
    try (var client = client(URI.create("http://no-such-host.invalid"), Duration.ofSeconds(5))) {
      failed(client.get("/x", Void.class), new Retryable(), "cannot be resolved");
    }
  }

  @Test
  void aGatewayThatTakesNoConnectionIsGivenUpAfterTheConnectTimeout() throws IOException {
    try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var waiting = new ArrayList<Socket>();
      for (int i = 0; i < 2; i++) { // fills the queue of a listener that never accepts
        waiting.add(new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
      }
      var settings =
          ClientSettings.of(URI.create("http://127.0.0.1:" + listener.getLocalPort()))
              .withConnectTimeout(Duration.ofMillis(200));
      try (var client = ServiceClient.create("work-order-service", settings)) {
        var failure =
            failed(client.get("/x", Void.class), new Retryable(), "took no connection in time");
        assertThat(failure.elapsed()).isBetween(Duration.ofMillis(190), Duration.ofSeconds(5));
      }
      for (var socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void tlsToAServerThatSpeaksNoneIsRetryable() throws IOException {
    try (var server = RawServer.answering("HTTP/1.1 400 Bad Request\r\n\r\n");
        var client =
            ServiceClient.create(
                "work-order-service",
                ClientSettings.of(URI.create("https://127.0.0.1:" + server.uri().getPort()))
                    .withConnectTimeout(Duration.ofMillis(500))
                    .withRetry(RetryOptions.none()))) {
      failed(client.get("/x", Void.class), new Retryable(), "nothing was sent");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\r\ncontent-le",
        OK + "content-length: 100\r\n\r\n",
        OK + "content-length: 100\r\n\r\n{\"id\": 1}",
        OK + "transfer-encoding: chunked\r\n\r\n9\r\n{\"id\": 1}\r\n",
        OK + "transfer-encoding: chunked\r\n\r\n9\r\n{\"id\"",
        OK + "transfer-encoding: chunked\r\n\r\nzz\r\n",
      })
  void anAnswerThatBreaksOffIsUnknownAndNeverASuccess(String bytes) throws IOException {
    try (var server = RawServer.answering(bytes);
        var client = server.client()) {
      failed(client.post("/x", Map.of(), Object.class), new Unknown(), "unknown");
      assertThat(server.requests).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000\u0001\u0002\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"})
  void garbageIsUnknown(String bytes) throws IOException {
    try (var server = RawServer.answering(bytes);
        var client = client(server.uri(), Duration.ofSeconds(2))) {
      failed(client.post("/x", Map.of(), Object.class), new Unknown(), "unknown");
    }
  }

  @Test
  void anUpgradeNobodyAskedForIsNoSuccess() throws IOException {
    try (var server =
            RawServer.answering(
                "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n");
        var client = client(server.uri(), Duration.ofSeconds(2))) {
      failed(client.get("/x", Object.class));
    }
  }

  @Test
  void aPostThatIsResetAfterItWasSentIsNotRepeated() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  while (connection.read() != null) {
                    if (connection.server().requests.get() > 1) {
                      connection.reset();
                      return;
                    }
                    connection.answer("{}");
                  }
                });
        var client = server.client()) {
      client.get("/x", Void.class).orElseThrow();
      var failure = failed(client.post("/x", Map.of(), Void.class), new Unknown(), "unknown");
      assertThat(failure.attempts()).isEqualTo(1);
      assertThat(server.requests).hasValue(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"body", "head"})
  void theDeadlineHoldsAgainstASlowDrip(String part) throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.write(part.equals("body") ? OK + "content-length: 1000\r\n\r\n" : OK);
                  while (!connection
                      .server()
                      .closing
                      .await(20, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    connection.write("x");
                  }
                });
        var client = client(server.uri(), Duration.ofMillis(400))) {
      var failure = failed(client.get("/x", String.class), new Unknown(), "No answer came in time");
      assertThat(failure.elapsed()).isBetween(Duration.ofMillis(390), Duration.ofSeconds(5));
    }
  }

  @Test
  void theDeadlineHoldsAgainstEndlessInterimAnswers() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  while (connection.server().closing.getCount() > 0) {
                    connection.write("HTTP/1.1 103 Early Hints\r\n\r\n");
                  }
                });
        var client = client(server.uri(), Duration.ofMillis(400))) {
      failed(client.get("/x", String.class), new Unknown(), "No answer came in time");
    }
  }

  @Test
  void aCallsOwnTimeoutAndTheContextsDeadlineHoldToo() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.server().closing.await();
                });
        var client = server.client()) {
      var nothing = ResponseType.of(Void.class);
      var short1 = Call.get("/x", nothing).withTimeout(Duration.ofMillis(200));
      assertThat(failed(client.exchange(short1)).elapsed()).isLessThan(Duration.ofSeconds(5));
      Correlation.fresh()
          .withDeadline(java.time.Clock.systemUTC().instant().plusMillis(200))
          .run(
              () ->
                  assertThat(failed(client.get("/x", Void.class)).elapsed())
                      .isLessThan(Duration.ofSeconds(5)));
    }
  }

  @Test
  void nothingIsSentAfterTheDeadline() throws IOException {
    try (var server = RawServer.answering("");
        var client = server.client()) {
      Correlation.fresh()
          .withDeadline(Instant.EPOCH)
          .run(
              () -> {
                var failure =
                    failed(client.get("/x", Void.class), new Expired(), "The deadline had passed");
                assertThat(failure.attempts()).isZero();
              });
      assertThat(server.connections).hasValue(0);
    }
  }

  @Test
  void whatIsLeftOfTheDeadlineGoesAlong() {
    try (var gateway = TestGateway.answeringJson("{}");
        var client = client(gateway.uri(), Duration.ofSeconds(7))) {
      client.get("/x", Void.class).orElseThrow();
      assertThat(Long.parseLong(String.valueOf(gateway.last().header("x-request-deadline-ms"))))
          .isBetween(1L, 7000L);
      Correlation.fresh()
          .withDeadline(java.time.Clock.systemUTC().instant().plusSeconds(3))
          .run(() -> client.get("/x", Void.class).orElseThrow());
      assertThat(Long.parseLong(String.valueOf(gateway.last().header("x-request-deadline-ms"))))
          .isBetween(1L, 3000L);
    }
  }

  @Test
  void anAnswerOverTheLimitIsAFailureAndItsRestIsNotRead() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.write(OK + "transfer-encoding: chunked\r\n\r\n");
                  var chunk = "400\r\n" + "x".repeat(1024) + "\r\n";
                  while (connection.server().closing.getCount() > 0) {
                    connection.write(chunk);
                  }
                });
        var client =
            ServiceClient.create(
                "work-order-service", server.settings().withMaxResponseBytes(100_000))) {
      failed(client.get("/x", byte[].class), new Permanent(), "larger than the limit of 100000");
    }
    try (var server = RawServer.answering(OK + "content-length: 10000000000\r\n\r\n");
        var client = server.client()) {
      failed(client.get("/x", byte[].class), new Permanent(), "larger than the limit");
    }
  }

  @Test
  void anAnswerOfExactlyTheLimitIsRead() throws IOException {
    try (var gateway = TestGateway.answering(200, "text/plain", "12345");
        var client =
            ServiceClient.create(
                "work-order-service", ClientSettings.of(gateway.uri()).withMaxResponseBytes(5))) {
      assertThat(client.get("/x", String.class).orElseThrow()).isEqualTo("12345");
    }
  }

  @Test
  void endlessHeadersAreAFailure() throws IOException {
    try (var server =
            RawServer.running(
                connection -> {
                  connection.read();
                  connection.write(OK);
                  while (connection.server().closing.getCount() > 0) {
                    connection.write("x-more: yes\r\n");
                  }
                });
        var client = server.client()) {
      failed(client.get("/x", Void.class), new Permanent(), "headers of the answer are larger");
    }
    try (var server = RawServer.answering(OK + "x: " + "y".repeat(100_000) + "\r\n\r\n");
        var client = server.client()) {
      failed(client.get("/x", Void.class), new Permanent(), "headers of the answer are larger");
    }
  }

  @Test
  void aCompressedAnswerIsNotUnpacked() {
    try (var gateway =
            TestGateway.answering(
                (_, exchange) -> {
                  exchange.getResponseHeaders().set("content-encoding", "gzip");
                  TestGateway.answer(exchange, 200, "application/json", "not even gzip");
                });
        var client = gateway.client()) {
      assertThat(failed(client.get("/x", Object.class)).error()).contains("compressed");
      assertThat(gateway.last().header("accept-encoding")).isEqualTo("identity");
    }
  }
}
