package io.iworx.gateway;

import static io.iworx.gateway.Http2RawClient.DATA;
import static io.iworx.gateway.Http2RawClient.END_STREAM;
import static io.iworx.gateway.Http2RawClient.HEADERS;
import static io.iworx.gateway.Http2RawClient.RST_STREAM;
import static io.iworx.gateway.Http2RawClient.WINDOW_UPDATE;
import static io.iworx.gateway.Http2RawClient.number;
import static io.iworx.gateway.Http2RawClient.request;
import static io.iworx.gateway.Http2RawClient.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.Http2Error;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that speak HTTP/2: what they send reaches a service that speaks HTTP/1.1, and back. */
final class Http2Test {
  private static final int INITIAL_WINDOW_SIZE = 4;

  @TempDir private Path folder;
  private final RecordingUpstream upstream =
      new RecordingUpstream()
          .answering(
              (request, out, _) -> {
                var text = request.requestLine() + " " + request.body();
                out.write(
                    RecordingUpstream.bytes(
                        "HTTP/1.1 200 OK\r\n"
                            + "X-Upper: Case\r\n"
                            + "Connection: keep-alive\r\n"
                            + "content-length: "
                            + text.length()
                            + "\r\n\r\n"
                            + text));
              });
  private Gateway gateway;

  private GatewayConfig config() {
    return GatewayConfig.of(List.of(Route.of("open", upstream.url()).withPublicAccess(true)))
        .withPort(0);
  }

  @BeforeEach
  void start() {
    gateway = Gateway.start(config(), new HopList());
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  @Test
  void isSpokenInTheClearByWhoKnows() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var answer = client.get(1, "/api/open/1?q").answer(1);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("GET /1?q HTTP/1.1 ");
      assertThat(answer.header("x-upper")).isEqualTo("Case");
      assertThat(answer.header("connection")).isEqualTo("null");
      var got = upstream.only();
      assertThat(got.header("host")).isEqualTo("127.0.0.1:" + upstream.port());
      assertThat(got.header("x-correlation-id")).isEqualTo(answer.header("x-correlation-id"));
      assertThat(got.all("transfer-encoding")).isEmpty();
    }
  }

  @Test
  void aByteAtATimeIsTheSameRequest() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      client.socket().setTcpNoDelay(true);
      client.get(1, "/api/open/1").answer(1);
    }
    var bytes = new java.io.ByteArrayOutputStream();
    bytes.writeBytes(RecordingUpstream.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"));
    var block = Http2RawClient.block(request("GET", "/api/open/slow"));
    bytes.writeBytes(new byte[] {0, 0, (byte) block.length, HEADERS, 5, 0, 0, 0, 1});
    bytes.writeBytes(block);
    try (var client = new RawClient(gateway.address())) {
      for (var each : bytes.toByteArray()) {
        client.send(new byte[] {each});
      }
      await().until(() -> upstream.received().size() == 2);
      assertThat(upstream.received().getLast().requestLine()).isEqualTo("GET /slow HTTP/1.1");
    }
  }

  @Test
  void isSpokenByAnOrdinaryClientOverTls() throws Exception {
    var certificate = TestCertificate.create(folder, "a", "ip:127.0.0.1,dns:localhost");
    try (var secure = Gateway.start(config().withTls(certificate.tls()), new HopList());
        var client =
            HttpClient.newBuilder().sslContext(TestCertificate.trusting(certificate)).build()) {
      var body = "x".repeat(1 << 20);
      var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
      for (int i = 0; i < 20; i++) {
        answers.add(
            client.sendAsync(
                HttpRequest.newBuilder(secure.address().resolve("/api/open/" + i))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build(),
                HttpResponse.BodyHandlers.ofString()));
      }
      for (int i = 0; i < 20; i++) {
        var answer = answers.get(i).get(20, TimeUnit.SECONDS);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.body()).isEqualTo("POST /" + i + " HTTP/1.1 " + body);
      }
      assertThat(upstream.received().getLast().header("x-forwarded-proto")).isEqualTo("https");
    }
  }

  @Test
  void manyRequestsAtOnceGetTheirOwnAnswers() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      for (int i = 0; i < 100; i++) {
        client.post(2 * i + 1, "/api/open/" + i);
      }
      for (int i = 0; i < 100; i++) {
        client.data(2 * i + 1, true, "body " + i);
      }
      for (int i = 0; i < 100; i++) {
        assertThat(client.answer(2 * i + 1).body()).isEqualTo("POST /" + i + " HTTP/1.1 body " + i);
      }
    }
  }

  @Test
  void fieldsAreJoinedAndDroppedAsHttp11NeedsIt() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      client.post(1, "/api/open", "cookie", "a=1", "cookie", "b=2", "te", "trailers", "x-a", "1");
      client.data(1, false, "hello").headers(1, true, "x-trailer", "1", "x-user-id", "evil");
      assertThat(client.answer(1).body()).endsWith("hello");
      var got = upstream.only();
      assertThat(got.header("cookie")).isEqualTo("a=1; b=2");
      assertThat(got.header("x-a")).isEqualTo("1");
      assertThat(got.header("transfer-encoding")).isEqualTo("chunked");
      for (var gone : List.of("te", "x-trailer", "x-user-id", "content-length")) {
        assertThat(got.all(gone)).as(gone).isEmpty();
      }
    }
  }

  @Test
  void answersWithoutABodyEndAtOnce() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var head = client.headers(1, true, request("HEAD", "/api/open")).answer(1);
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      for (var status : List.of("204 No Content", "304 Not Modified")) {
        upstream.answering("HTTP/1.1 " + status + "\r\netag: \"1\"\r\n\r\n");
        var stream = status.startsWith("204") ? 3 : 5;
        var frame = client.get(stream, "/api/open").next();
        assertThat(frame.ends()).isTrue();
      }
      assertThat(client.headers(7, true, request("HEAD", "/api/nothing")).answer(7).status())
          .isEqualTo(404);
    }
  }

  @Test
  void refusesWithABodyAndGoesOn() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      var missing = client.post(1, "/api/nothing").answer(1);
      assertThat(missing.status()).isEqualTo(404);
      assertThat(missing.header("content-type")).isEqualTo("application/problem+json");
      assertThat(missing.body()).contains(missing.header("x-correlation-id"));
      assertThat(client.next())
          .satisfies(it -> assertThat(it.error()).isEqualTo(Http2Error.NO_ERROR));
      client.data(1, true, "too late"); // the client had not heard yet
      assertThat(client.headers(3, true, request("TRACE", "/api/open")).answer(3).status())
          .isEqualTo(405);
      assertThat(
              client.headers(5, true, ":method", "CONNECT", ":authority", "g:1").answer(5).status())
          .isEqualTo(405);
      assertThat(client.get(7, "/api/open/../x").answer(7).status()).isEqualTo(400);
      assertThat(client.get(9, "/api/open").answer(9).status()).isEqualTo(200);
      assertThat(upstream.received()).hasSize(1);
    }
  }

  @Test
  void asksForTheBodyOnlyWhenItIsWanted() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      client.post(1, "/api/open", "expect", "100-continue");
      assertThat(client.status(client.next())).isEqualTo(100);
      assertThat(client.data(1, true, "hello").answer(1).body()).endsWith("hello");
      assertThat(upstream.only().all("expect")).isEmpty();
      assertThat(client.post(3, "/api/nothing", "expect", "100-continue").answer(3).status())
          .isEqualTo(404);
    }
  }

  @Test
  void aBodyBeyondItsLimitIsRefused() throws Exception {
    gateway.close();
    gateway =
        Gateway.start(config().withLimits(Limits.DEFAULT.withMaxRequestBody(10)), new HopList());
    try (var client = new Http2RawClient(gateway.address())) {
      assertThat(client.post(1, "/api/open").data(1, false, "x".repeat(11)).answer(1).status())
          .isEqualTo(413);
      assertThat(client.post(3, "/api/open", "content-length", "11").answer(3).status())
          .isEqualTo(413);
    }
  }

  @Test
  void anAnswerIsReadNoFasterThanTheClientTakesIt() throws Exception {
    var written = new AtomicLong();
    upstream.answering(
        (_, out, _) -> {
          out.write(RecordingUpstream.bytes("HTTP/1.1 200 OK\r\ncontent-length: 67108864\r\n\r\n"));
          var piece = new byte[64 << 10];
          for (int i = 0; i < 1024; i++) {
            out.write(piece);
            written.addAndGet(piece.length);
          }
        });
    try (var client =
        new Http2RawClient(gateway.address(), settings(INITIAL_WINDOW_SIZE, 100_000))) {
      client.send(WINDOW_UPDATE, 0, 0, number(1 << 30)).get(1, "/api/open");
      var got = 0;
      while (got < 100_000) {
        var frame = client.next();
        got += frame.type() == DATA ? frame.payload().length : 0;
      }
      assertThat(got).isEqualTo(100_000); // and no more, until asked for
      var before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(200))
          .until(() -> before.getAndSet(written.get()) == written.get());
      assertThat(written.get()).isLessThan(32 << 20);
      client.send(WINDOW_UPDATE, 0, 1, number(1 << 30));
      while (got < 67_108_864) {
        got += client.next().payload().length;
      }
    }
  }

  @Test
  void aBodyIsTakenNoFasterThanTheServiceReadsIt() throws Exception {
    var release = new CountDownLatch(1);
    try (var slow = new SlowReader(release)) {
      var route = Route.of("slow", slow.url()).withPublicAccess(true);
      gateway.reconfigure(config().withRoutes(List.of(route)));
      try (var client = new Http2RawClient(gateway.address())) {
        client.post(1, "/api/slow");
        var piece = "x".repeat(16_000);
        var allowed = 65_535L;
        var sent = 0L;
        // Sends as long as the window allows; it stops growing when the service does not read.
        client.socket().setSoTimeout(1000);
        while (sent < 64 << 20) {
          if (allowed - sent >= piece.length()) {
            client.data(1, false, piece);
            sent += piece.length();
            continue;
          }
          var more = window(client);
          if (more == 0) {
            break;
          }
          allowed += more;
        }
        assertThat(sent).isLessThan(32 << 20);
        release.countDown();
      }
    }
  }

  /** What the stream may send more; 0 when nothing comes for a second. */
  private static long window(Http2RawClient client) throws Exception {
    try {
      while (true) {
        var frame = client.any();
        if (frame.type() == WINDOW_UPDATE && frame.stream() == 1) {
          return frame.lastStream();
        }
      }
    } catch (java.net.SocketTimeoutException e) {
      return 0;
    }
  }

  @Test
  void aClientThatCancelsFreesTheService() throws Exception {
    var asked = new CountDownLatch(1);
    var left = new CountDownLatch(1);
    upstream.answering(
        (_, _, socket) -> {
          asked.countDown();
          if (socket.getInputStream().read() < 0) {
            left.countDown();
          }
        });
    try (var client = new Http2RawClient(gateway.address())) {
      client.get(1, "/api/open");
      asked.await();
      client.reset(1);
      left.await();
      upstream.answering(RecordingUpstream.OK);
      assertThat(client.get(3, "/api/open").answer(3).body()).isEqualTo("{}");
    }
  }

  @Test
  void anAnswerThatBreaksOffIsSeenToBreakOff() throws Exception {
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"));
          out.flush();
          socket.close();
        });
    try (var client = new Http2RawClient(gateway.address())) {
      var cut = client.get(1, "/api/open").answer(1);
      assertThat(cut.status()).isEqualTo(200);
      assertThat(cut.error()).isEqualTo(Http2Error.INTERNAL_ERROR);
      upstream.answering(RecordingUpstream.OK);
      assertThat(client.get(3, "/api/open").answer(3).body()).isEqualTo("{}");
    }
  }

  @Test
  void finishesWhatIsUnderWayWhenItCloses() throws Exception {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    try (var client = new Http2RawClient(gateway.address());
        var idle = new Http2RawClient(gateway.address())) {
      idle.get(1, "/api/open").answer(1); // both sides know each other's settings by now
      upstream.answering(
          (_, out, _) -> {
            asked.countDown();
            answer.await();
            out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
          });
      client.get(1, "/api/open");
      asked.await();
      var closing = Thread.ofVirtual().start(gateway::close);
      var first = client.next();
      assertThat(first.error()).isEqualTo(Http2Error.NO_ERROR);
      assertThat(first.lastStream()).isEqualTo(Integer.MAX_VALUE);
      assertThat(client.next().lastStream()).isEqualTo(1);
      assertThat(idle.goAway()).isEqualTo(Http2Error.NO_ERROR);
      assertThat(idle.isClosed()).isTrue();
      answer.countDown();
      assertThat(client.answer(1).body()).isEqualTo("{}");
      assertThat(client.isClosed()).isTrue();
      closing.join();
    }
  }

  @Test
  void anUpgradeIsNone() throws Exception {
    var answer =
        RawClient.ask(
            gateway,
            String.join(
                "\r\n",
                "GET /api/open HTTP/1.1",
                "Host: g",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "",
                ""));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(upstream.only().all("upgrade")).isEmpty();
    assertThat(upstream.only().all("http2-settings")).isEmpty();
  }

  @Test
  void theLimitOfConnectionsHolds() throws Exception {
    gateway.close();
    gateway =
        Gateway.start(config().withLimits(Limits.DEFAULT.withMaxConnections(1)), new HopList());
    try (var first = new Http2RawClient(gateway.address())) {
      assertThat(first.get(1, "/api/open").answer(1).status()).isEqualTo(200);
      try (var second = new RawClient(gateway.address())) {
        assertThat(second.answer().status()).isEqualTo(503);
      }
      assertThat(first.get(3, "/api/open").answer(3).status()).isEqualTo(200);
    }
    await()
        .ignoreExceptions()
        .until(
            () -> {
              try (var third = new Http2RawClient(gateway.address())) {
                return third.get(1, "/api/open").answer(1).status() == 200;
              }
            });
  }

  @Test
  void anotherResetIsNotNeededWhenAllWasRead() throws Exception {
    try (var client = new Http2RawClient(gateway.address())) {
      client.post(1, "/api/open").data(1, true, "x");
      client.answer(1);
      client.get(3, "/api/open");
      var next = client.next();
      assertThat(next.type()).isNotEqualTo(RST_STREAM);
      assertThat(next.flags() & END_STREAM).isZero();
    }
  }
}
