package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Large bodies both ways: they stream, and whoever is slow slows the other side down. */
final class StreamingTest {
  private static final int PIECE = 64 << 10;
  private static final long TOTAL = 200L << 20;

  /** More than all socket buffers on the way can hold, far less than the whole. */
  private static final long BOUND = 64L << 20;

  private static Gateway start(ServerSocket server, Limits limits) {
    var target = URI.create("http://127.0.0.1:" + server.getLocalPort());
    return Gateway.start(
        GatewayConfig.of(List.of(Route.of("open", target).withPublicAccess(true)))
            .withPort(0)
            .withLimits(limits),
        new HopList());
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  /** The first connection that brings a request; health checks only connect. */
  private static Socket acceptRequest(ServerSocket server) throws IOException {
    while (true) {
      var socket = server.accept();
      var first = RecordingUpstream.line(socket.getInputStream());
      if (first.isEmpty()) {
        socket.close();
        continue;
      }
      while (!RecordingUpstream.line(socket.getInputStream()).isEmpty()) {
        // the rest of the head
      }
      return socket;
    }
  }

  @Test
  void aSlowReaderHoldsTheServiceBackAndGetsEverything() throws Exception {
    var sent = new AtomicLong();
    try (var server = listen();
        var gateway = start(server, Limits.DEFAULT);
        var client = new RawClient(gateway.address())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = acceptRequest(server)) {
                  var out = socket.getOutputStream();
                  out.write(
                      RecordingUpstream.bytes(
                          "HTTP/1.1 200 OK\r\nContent-Length: " + TOTAL + "\r\n\r\n"));
                  write(out, TOTAL, sent);
                } catch (IOException e) {
                  // the test fails by its own assertions
                }
              });
      client.send("GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n");
      awaitStandstill(sent);
      assertThat(sent.get()).isLessThan(BOUND);
      for (var line = "-"; !line.isEmpty(); ) {
        line = RecordingUpstream.line(client.in());
      }
      assertThat(skip(client.in(), TOTAL)).isEqualTo(TOTAL);
    }
  }

  @Test
  void aSlowServiceHoldsTheClientBackAndGetsEverything() throws Exception {
    var sent = new AtomicLong();
    var read = new CountDownLatch(1);
    try (var server = listen();
        var gateway = start(server, Limits.DEFAULT.withMaxRequestBody(Long.MAX_VALUE));
        var client = new RawClient(gateway.address())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = acceptRequest(server)) {
                  read.await();
                  var got = skip(socket.getInputStream(), TOTAL);
                  var body = Long.toString(got);
                  socket
                      .getOutputStream()
                      .write(
                          RecordingUpstream.bytes(
                              "HTTP/1.1 200 OK\r\nContent-Length: "
                                  + body.length()
                                  + "\r\n\r\n"
                                  + body));
                  socket.getInputStream().read();
                } catch (IOException | InterruptedException e) {
                  // the test fails by its own assertions
                }
              });
      client.send("POST /api/open HTTP/1.1\r\nHost: g\r\nContent-Length: " + TOTAL + "\r\n\r\n");
      var writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      write(client.out(), TOTAL, sent);
                    } catch (IOException e) {
                      // the test fails by its own assertions
                    }
                  });
      awaitStandstill(sent);
      assertThat(sent.get()).isLessThan(BOUND);
      read.countDown();
      assertThat(client.answer().body()).isEqualTo(Long.toString(TOTAL));
      writer.join();
    }
  }

  @Test
  void aBodyOverTheLimitIs413WhetherItsLengthIsSaidOrNot() throws Exception {
    try (var upstream = new RecordingUpstream();
        var gateway =
            Gateway.start(
                GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
                    .withPort(0),
                new HopList())) {
      var size = 100L << 20;
      for (var framing : List.of("Content-Length: " + size, "Transfer-Encoding: chunked")) {
        try (var client = new RawClient(gateway.address())) {
          client.send("POST /api/open HTTP/1.1\r\nHost: g\r\n" + framing + "\r\n\r\n");
          if (framing.startsWith("T")) {
            client.send(Long.toHexString(size) + "\r\n");
          }
          var sent = new AtomicLong();
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      write(client.out(), size, sent);
                    } catch (IOException e) {
                      // refused in the middle, as it should be
                    }
                  });
          var answer = client.answer();
          assertThat(answer.status()).isEqualTo(413);
          assertThat(answer.body()).contains("\"error\":\"Request body too large\"");
        }
      }
      assertThat(upstream.received()).isEmpty();
    }
  }

  @Test
  void piecesOfAnAnswerArriveWhenTheyAreSent() throws Exception {
    var next = new CountDownLatch(1);
    try (var upstream =
            new RecordingUpstream()
                .answering(
                    (_, out, _) -> {
                      out.write(
                          RecordingUpstream.bytes(
                              """
                              HTTP/1.1 200 OK
                              Content-Type: text/event-stream
                              Transfer-Encoding: chunked

                              3
                              one
                              """
                                  .replace("\n", "\r\n")));
                      out.flush();
                      next.await();
                      out.write(RecordingUpstream.bytes("3\r\ntwo\r\n0\r\n\r\n"));
                    });
        var gateway =
            Gateway.start(
                GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
                    .withPort(0),
                new HopList());
        var client = new RawClient(gateway.address())) {
      client.send("GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n");
      var seen = new StringBuilder();
      while (!seen.toString().endsWith("one\r\n")) {
        seen.append((char) client.in().read());
      }
      next.countDown();
      while (!seen.toString().endsWith("0\r\n\r\n")) {
        seen.append((char) client.in().read());
      }
      assertThat(seen).contains("two");
    }
  }

  /** Waits until nothing more goes through: the number has stood still for half a second. */
  private static void awaitStandstill(AtomicLong sent) {
    var last = new AtomicLong(-1);
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(500))
        .until(() -> sent.get() > 0 && last.getAndSet(sent.get()) == sent.get());
  }

  private static void write(OutputStream out, long total, AtomicLong sent) throws IOException {
    var piece = new byte[PIECE];
    while (sent.get() < total) {
      out.write(piece, 0, (int) Math.min(PIECE, total - sent.get()));
      sent.addAndGet(PIECE);
    }
    out.flush();
  }

  private static long skip(InputStream in, long total) throws IOException {
    var piece = new byte[PIECE];
    var got = 0L;
    while (got < total) {
      var length = in.read(piece, 0, (int) Math.min(PIECE, total - got));
      if (length < 0) {
        return got;
      }
      got += length;
    }
    return got;
  }
}
