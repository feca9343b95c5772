package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that send or read as slowly as they can: they end by a deadline, the others see nothing.
 */
final class SlowClientTest {
  private static final int EACH = 20;
  private static final Duration SHORT = Duration.ofMillis(600);
  private static final int LARGE = 32 << 20;

  private final RecordingUpstream upstream = new RecordingUpstream();
  private final HopList hops = new HopList();
  private final Gateway gateway =
      Gateway.start(
          GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
              .withPort(0)
              .withLimits(
                  Limits.DEFAULT.withClientTimeouts(SHORT, SHORT, SHORT).withMinBodyRate(1000)),
          hops);

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  /** Sends a byte whenever the gateway has said nothing for a moment, until it says something. */
  private RawClient.Answer drip(String start, String drop) throws IOException {
    try (var client = new RawClient(gateway.address())) {
      client.send(start).patience(Duration.ofMillis(50));
      while (true) {
        try {
          return client.answer();
        } catch (SocketTimeoutException e) {
          client.send(drop);
        }
      }
    }
  }

  @Test
  void whoDripsIsEndedByTheDeadlineAndOthersAreServed() throws Exception {
    var post = "POST /api/open HTTP/1.1\r\nHost: g\r\n";
    var slow =
        List.<Callable<RawClient.Answer>>of(
            () -> drip("GET /api/open HTTP/1.1\r\nHost: g\r\nX: ", "y"),
            () -> drip("G", "E"),
            () -> drip("GET /api/open HTTP/1.1\r\nHost: g\r\n", "x: y\r\n"),
            () -> drip(post + "Content-Length: 1000000\r\n\r\n", "x"),
            () -> drip(post + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
            () -> drip(post + "Transfer-Encoding: chunked\r\n\r\n", "0"));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var ends = new ArrayList<Future<RawClient.Answer>>();
      for (var each : slow) {
        for (int i = 0; i < EACH; i++) {
          ends.add(threads.submit(each));
        }
      }
      var served = 0;
      while (!ends.stream().allMatch(Future::isDone)) {
        try (var good = new RawClient(gateway.address())) {
          assertThat(
                  good.send(post + "Content-Length: 2\r\nConnection: close\r\n\r\n{}")
                      .answer()
                      .status())
              .isEqualTo(200);
          served++;
        }
      }
      assertThat(served).isPositive();
      for (var end : ends) {
        assertThat(end.get().status()).isEqualTo(408);
      }
    }
  }

  @Test
  void whoDoesNotReadIsCutOffAndTheServiceFreed() throws Exception {
    upstream.answering(
        (_, out, _) -> {
          out.write(
              RecordingUpstream.bytes("HTTP/1.1 200 OK\r\ncontent-length: " + LARGE + "\r\n\r\n"));
          out.write(new byte[LARGE]);
        });
    try (var client = new RawClient(gateway.address())) {
      client.send("GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n");
      assertThat(hops.next().detail()).isEqualTo("200, too slow");
    }
  }

  /** The rest of an answer is still on its way to a slow reader when the exchange is long over. */
  @Test
  void theEndOfALongAnswerReachesWhoAskedToClose() throws Exception {
    var size = 8 << 20;
    upstream.answering(
        (_, out, _) -> {
          out.write(
              RecordingUpstream.bytes("HTTP/1.1 200 OK\r\ncontent-length: " + size + "\r\n\r\n"));
          out.write(new byte[size]);
        });
    try (var client = new RawClient(gateway.address(), 64 << 10)) {
      client.send("GET /api/open HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
      var begun = System.nanoTime();
      while (!RecordingUpstream.line(client.in()).isEmpty()) {
        // the head
      }
      var got = 0L;
      var pace = Duration.ofMillis(1200).toNanos() / (size / 4096);
      while (got < size) {
        var read = client.in().readNBytes(4096).length;
        assertThat(read).as("after " + got).isPositive();
        got += read;
        var due = begun + got / 4096 * pace;
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> System.nanoTime() - due >= 0);
      }
      assertThat(client.isClosed()).isTrue();
    }
  }
}
