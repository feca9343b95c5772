package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets through the gateway: who may open one, when bytes go through, and how one ends. */
final class WebSocketTest {
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
  private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; // RFC 6455 §1.3
  private static final String SWITCHES =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: "
          + ACCEPT
          + "\r\n\r\n";
  private static final int PIECE = 64 << 10;
  private static final long BOUND = 64L << 20;

  private final HopList hops = new HopList();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final BlockingQueue<Frames.Frame> atService = new LinkedBlockingQueue<>();
  private final RecordingUpstream upstream =
      new RecordingUpstream().answering((_, out, socket) -> echo(out, socket.getInputStream()));

  private void echo(OutputStream out, InputStream in) throws IOException {
    out.write(RecordingUpstream.bytes(SWITCHES));
    while (true) {
      var frame = Frames.read(in);
      atService.add(frame);
      out.write(Frames.frame(frame.opcode(), frame.payload(), false));
      out.flush();
    }
  }

  private Gateway gateway(Limits limits, Route... more) {
    var routes =
        new ArrayList<>(
            List.of(
                Route.of("open", upstream.url()).withPublicAccess(true),
                Route.of("closed", upstream.url())));
    routes.addAll(List.of(more));
    var gateway =
        Gateway.start(
            GatewayConfig.of(routes)
                .withPort(0)
                .withLimits(limits)
                .withAuth(Auth.hs256(Minted.SECRET))
                .withCors(new Cors(List.of("https://app.example.com"))),
            hops);
    open.add(gateway);
    return gateway;
  }

  @AfterEach
  void stop() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
    upstream.close();
  }

  private static String asks(String path, String... more) {
    var lines = more.length == 0 ? "" : String.join("\r\n", more) + "\r\n";
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: g\r\nConnection: keep-alive, Upgrade\r\n"
        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + KEY
        + "\r\n"
        + lines
        + "\r\n";
  }

  private RawClient opened(Gateway gateway, String path, String... more) throws Exception {
    var client = new RawClient(gateway.address());
    open.add(client);
    assertThat(client.send(asks(path, more)).answer().status()).isEqualTo(101);
    return client;
  }

  private Frames.Frame next() throws InterruptedException {
    var frame = atService.poll(10, TimeUnit.SECONDS);
    assertThat(frame).as("a frame at the service").isNotNull();
    return frame;
  }

  // --- opening

  @Test
  void opensAndPassesFramesBothWaysAndIsRecorded() throws Exception {
    var gateway = gateway(Limits.DEFAULT);
    var token = "Authorization: Bearer " + Minted.user("u-1", "o-1");
    try (var client = new RawClient(gateway.address())) {
      // Frames may come with the request: they wait for the answer.
      client.send(
          asks("/api/closed/live?x=1", token, "X-User-Id: evil", "Sec-WebSocket-Protocol: a"));
      client.send(Frames.client(Frames.TEXT, "early"));
      var answer = client.answer();
      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.header("upgrade")).isEqualTo("websocket");
      assertThat(answer.header("connection")).isEqualTo("upgrade");
      assertThat(answer.header("sec-websocket-accept")).isEqualTo(ACCEPT);
      assertThat(answer.header("x-correlation-id")).isNotEmpty();
      assertThat(Frames.read(client.in()).text()).isEqualTo("early");
      for (var text : List.of("", "hello", "x".repeat(126), "y".repeat(70_000))) {
        client.send(Frames.client(Frames.TEXT, text));
        assertThat(Frames.read(client.in()).text()).isEqualTo(text);
      }
      var got = upstream.only();
      assertThat(got.requestLine()).isEqualTo("GET /live?x=1 HTTP/1.1");
      assertThat(got.header("upgrade")).isEqualTo("websocket");
      assertThat(got.header("connection")).isEqualTo("upgrade");
      assertThat(got.header("sec-websocket-key")).isEqualTo(KEY);
      assertThat(got.header("sec-websocket-protocol")).isEqualTo("a");
      assertThat(got.header("x-user-id")).isEqualTo("u-1");
      assertThat(hops.isEmpty()).isTrue();
    }
    var hop = hops.next();
    assertThat(hop.name()).isEqualTo("GET /api/closed/live");
    assertThat(hop.succeeded()).isTrue();
    assertThat(hop.detail())
        .matches("101, 70\\d{3} bytes in, 70\\d{3} bytes out, closed by the client");
    assertThat(hop.id()).isEqualTo(upstream.only().header("x-causation-id"));
  }

  @Test
  void aServiceThatClosesClosesTheClientAfterItsLastBytes() throws Exception {
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes(SWITCHES)); // and the first frames with it
          out.write(Frames.server(Frames.TEXT, "z".repeat(1_000_000)));
          out.write(Frames.server(Frames.CLOSE, "\u0003\u00e8"));
          out.flush();
          socket.close();
        });
    var client = opened(gateway(Limits.DEFAULT), "/api/open");
    assertThat(Frames.read(client.in()).payload()).hasSize(1_000_000);
    assertThat(Frames.read(client.in()).opcode()).isEqualTo(Frames.CLOSE);
    assertThat(client.isClosed()).isTrue();
    assertThat(hops.next().detail()).endsWith("closed by the service");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: short",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR==",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|X: y",
        "Sec-WebSocket-Key|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key",
        "GET|POST",
        "GET|PUT",
        "Connection: keep-alive, Upgrade|Connection: keep-alive",
        "Connection: keep-alive, Upgrade|X: y",
        "Upgrade: websocket|Upgrade: websocket, h2c",
        "Upgrade: websocket|Upgrade: h2c\r\nUpgrade: websocket",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Version: 13\r\nContent-Length: 5",
        "Sec-WebSocket-Version: 13|Sec-WebSocket-Version: 13\r\nTransfer-Encoding: chunked",
      })
  void aMalformedHandshakeIs400(String change) throws Exception {
    var parts = change.split("\\|", -1);
    var answer =
        RawClient.ask(gateway(Limits.DEFAULT), asks("/api/open").replaceFirst(parts[0], parts[1]));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("connection")).isEqualTo("close");
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"8", "14", "x", "13, 8", ""})
  void anotherVersionIs426(String version) throws Exception {
    var answer =
        RawClient.ask(
            gateway(Limits.DEFAULT),
            asks("/api/open").replace("Version: 13", "Version: " + version));
    assertThat(answer.status()).isEqualTo(426);
    assertThat(answer.header("sec-websocket-version")).isEqualTo("13");
    assertThat(answer.header("upgrade")).isEqualTo("websocket");
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://app.example.com, 101",
    "https://evil.example, 403",
    "null, 403",
    "http://app.example.com, 403",
    "https://app.example.com.evil, 403",
    "http://g, 403",
  })
  void aPageMustBeOfAnAllowedOrigin(String origin, int status) throws Exception {
    var answer = RawClient.ask(gateway(Limits.DEFAULT), asks("/api/open", "Origin: " + origin));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(upstream.received()).hasSize(status == 101 ? 1 : 0);
  }

  @Test
  void tokensCountAsForAnyRequestAndBrowsersMaySendThemAsAProtocol() throws Exception {
    var gateway = gateway(Limits.DEFAULT);
    var good = Minted.user("u-1", "o-1");
    var old = Minted.hs256("{\"sub\":\"u\",\"exp\":%d}".formatted(Minted.in(-100)));
    var protocol = "Sec-WebSocket-Protocol: ";
    for (var refused :
        List.of(
            "X: y",
            "Authorization: Bearer " + old,
            protocol + "a, bearer." + old,
            protocol + "bearer.")) {
      assertThat(RawClient.ask(gateway, asks("/api/closed", refused)).status()).isEqualTo(401);
    }
    assertThat(RawClient.ask(gateway, asks("/api/closed?access_token=" + good)).status())
        .isEqualTo(401);
    for (var twice :
        List.of(
            protocol + "bearer." + good + ", bearer." + good,
            "Authorization: Bearer " + good + "\r\n" + protocol + "bearer." + good)) {
      assertThat(RawClient.ask(gateway, asks("/api/closed", twice)).status()).isEqualTo(400);
    }
    assertThat(upstream.received()).isEmpty();

    opened(gateway, "/api/closed", protocol + "a, bearer." + good + ", b");
    var got = upstream.only();
    assertThat(got.header("sec-websocket-protocol")).isEqualTo("a, b");
    assertThat(got.header("authorization")).isEqualTo("Bearer " + good);
    assertThat(got.header("x-user-id")).isEqualTo("u-1");
  }

  @Test
  void otherUpgradesAreOrdinaryRequests() throws Exception {
    upstream.answering(RecordingUpstream.OK);
    var gateway = gateway(Limits.DEFAULT);
    for (var request :
        List.of(
            asks("/api/open").replace("Upgrade: websocket", "Upgrade: h2c"),
            asks("/api/open").replace("HTTP/1.1", "HTTP/1.0"))) {
      assertThat(RawClient.ask(gateway, request).status()).isEqualTo(200);
      assertThat(upstream.received().getLast().all("upgrade")).isEmpty();
    }
  }

  // --- what a service answers

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n",
        "HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Protocol: b\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
      })
  void aBrokenSwitchIs502AndWhatTheClientSentGoesNowhere(String broken) throws Exception {
    @SuppressWarnings("JdkObsolete") // one thread writes it, another reads it
    var after = new StringBuffer();
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes(broken));
          out.flush();
          for (var c = socket.getInputStream().read(); c >= 0; c = socket.getInputStream().read()) {
            after.append((char) c);
          }
        });
    var gateway = gateway(Limits.DEFAULT);
    try (var client = new RawClient(gateway.address())) {
      client.send(
          asks("/api/open", "Sec-WebSocket-Protocol: a") + "GET /EVIL HTTP/1.1\r\nHost: g\r\n\r\n");
      var answer = client.answer();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.header("connection")).isEqualTo("close");
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(hops.next().detail()).isEqualTo("502");
    assertThat(after).isEmpty();
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void aRefusalOfTheServiceIsPassedOnAndTheConnectionClosed() throws Exception {
    upstream.answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    var gateway = gateway(Limits.DEFAULT);
    try (var client = new RawClient(gateway.address())) {
      client.send(asks("/api/open")).send(Frames.client(Frames.TEXT, "EVIL"));
      var answer = client.answer();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).isEqualTo("no");
      assertThat(client.isClosed()).isTrue();
    }
    assertThat(upstream.received()).hasSize(1);
  }

  // --- bounds

  @Test
  void whoDoesNotReadHoldsTheOtherBackWhateverTheFrame() throws Exception {
    var fromClient = new AtomicLong();
    var goOn = new CountDownLatch(1);
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes(SWITCHES));
          out.flush();
          goOn.await();
          var in = socket.getInputStream();
          while (in.read() >= 0) {
            in.skip(PIECE);
          }
        });
    var client = opened(gateway(Limits.DEFAULT), "/api/open");
    var writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    client.send(Frames.head(Frames.BINARY, 1L << 30, true));
                    while (fromClient.get() < 200L << 20) {
                      client.send(new byte[PIECE]);
                      fromClient.addAndGet(PIECE);
                    }
                  } catch (IOException e) {
                    // the test fails by its own assertions
                  }
                });
    var last = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(300))
        .until(() -> fromClient.get() > 0 && last.getAndSet(fromClient.get()) == fromClient.get());
    assertThat(fromClient.get()).isLessThan(BOUND);
    goOn.countDown();
    writer.join();
    client.close();
    assertThat(hops.next().detail()).startsWith("101, " + ((200L << 20) + 14) + " bytes in");
  }

  @Test
  void noMoreThanTheLimitAreOpenAndOneThatClosesMakesRoom() throws Exception {
    var gateway = gateway(Limits.DEFAULT.withMaxWebSockets(2));
    var one = opened(gateway, "/api/open");
    opened(gateway, "/api/open");
    var refused = RawClient.ask(gateway, asks("/api/open"));
    assertThat(refused.status()).isEqualTo(503);
    assertThat(upstream.received()).hasSize(2);
    one.close();
    await().until(() -> RawClient.ask(gateway, asks("/api/open")).status() == 101);
  }

  // --- ends

  @Test
  void endsWhenTheTokenExpires() throws Exception {
    var token = Minted.hs256("{\"sub\":\"u\",\"exp\":%d}".formatted(Minted.in(1)));
    var gateway = gateway(Limits.DEFAULT); // which allows a clock to differ
    var skew =
        Gateway.start(
            GatewayConfig.of(List.of(Route.of("closed", upstream.url())))
                .withPort(0)
                .withAuth(Auth.hs256(Minted.SECRET).withClockSkew(Duration.ZERO)),
            hops);
    open.add(skew);
    assertThat(gateway.routes()).isNotEmpty();
    var client = opened(skew, "/api/closed", "Authorization: Bearer " + token);
    var end = Frames.read(client.in());
    assertThat(end.opcode()).isEqualTo(Frames.CLOSE);
    assertThat(end.closeCode()).isEqualTo(1008);
    assertThat(client.isClosed()).isTrue();
    var toService = next();
    assertThat(toService.masked()).isTrue();
    assertThat(toService.closeCode()).isEqualTo(1008);
    assertThat(hops.next().detail()).endsWith("the token expired");
  }

  @Test
  void endsWhenNothingComesForLongButNotInTheMiddleOfAFrame() throws Exception {
    var idle = Duration.ofMillis(300);
    var gateway =
        gateway(
            Limits.DEFAULT,
            Route.of("idle", upstream.url()).withPublicAccess(true).withIdleTimeout(idle));
    var client = opened(gateway, "/api/idle");
    assertThat(Frames.read(client.in()).closeCode()).isEqualTo(1001);
    assertThat(next().closeCode()).isEqualTo(1001);
    assertThat(hops.next().detail()).endsWith("idle");

    var half = opened(gateway, "/api/idle");
    half.send(Frames.head(Frames.TEXT, 10, true));
    assertThat(Frames.read(half.in()).closeCode()).isEqualTo(1001);
    assertThat(hops.next().detail()).endsWith("idle");
    assertThat(atService).isEmpty(); // no frame was put into the client's half one
  }

  @Test
  void staysOpenWhileRoutesChangeAndUntilTheDrainTimeoutIsOver() throws Exception {
    var gateway = gateway(Limits.DEFAULT.withDrainTimeout(Duration.ofMillis(500)));
    var client = opened(gateway, "/api/open");
    gateway.reconfigure(
        GatewayConfig.of(List.of(Route.of("other", URI.create("http://127.0.0.1:1"))))
            .withPort(0)
            .withLimits(Limits.DEFAULT.withDrainTimeout(Duration.ofMillis(500)))
            .withAuth(Auth.hs256(Minted.SECRET)));
    client.send(Frames.client(Frames.PING, "still"));
    assertThat(Frames.read(client.in()).text()).isEqualTo("still");
    var closing = Thread.ofVirtual().start(gateway::close);
    await()
        .until(
            () -> {
              try (var late = new RawClient(gateway.address())) {
                return late.isClosed();
              } catch (IOException e) {
                return true; // draining has begun
              }
            });
    client.send(Frames.client(Frames.PING, "draining"));
    assertThat(Frames.read(client.in()).text()).isEqualTo("draining");
    assertThat(Frames.read(client.in()).closeCode()).isEqualTo(1001);
    client.close();
    closing.join();
    assertThat(hops.next().detail()).endsWith("the gateway closes");
  }

  @Test
  void aClientThatLeavesFreesTheServiceAndTheOtherWayRound() throws Exception {
    var left = new CountDownLatch(1);
    upstream.answering(
        (_, out, socket) -> {
          out.write(RecordingUpstream.bytes(SWITCHES));
          out.flush();
          if (socket.getInputStream().read() < 0) {
            left.countDown();
          }
        });
    opened(gateway(Limits.DEFAULT), "/api/open").close();
    assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aDeadServiceIs503() throws Exception {
    var gateway = gateway(Limits.DEFAULT, Route.of("gone", null).withPublicAccess(true));
    assertThat(RawClient.ask(gateway, asks("/api/gone")).status()).isEqualTo(503);
    assertThatThrownBy(() -> Route.of("x", null).withIdleTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
