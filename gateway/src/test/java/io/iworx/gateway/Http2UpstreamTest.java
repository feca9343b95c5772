package io.iworx.gateway;

import static io.iworx.gateway.Http2RawClient.DATA;
import static io.iworx.gateway.Http2RawUpstream.Received.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.Http2Error;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that speak HTTP/2, sound or not. */
final class Http2UpstreamTest {
  private static final String GET = "GET /api/open/1?q HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final String POST =
      "POST /api/open HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\n\r\nhello";
  private static final int MAX_STREAMS = 3;

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
  }

  private Http2RawUpstream upstream(int... settings) throws Exception {
    var upstream = new Http2RawUpstream(settings);
    open.add(upstream);
    return upstream;
  }

  private Gateway gateway(Http2RawUpstream upstream) {
    return gateway(upstream.url(), it -> it, it -> it);
  }

  private Gateway gateway(
      URI target, UnaryOperator<Route> change, UnaryOperator<GatewayConfig> more) {
    var route =
        Route.of("open", target)
            .withPublicAccess(true)
            .withUpstream(UpstreamOptions.DEFAULT.withProtocol(UpstreamOptions.Protocol.HTTP_2));
    var gateway =
        Gateway.start(
            more.apply(GatewayConfig.of(List.of(change.apply(route))).withPort(0)), new HopList());
    open.add(gateway);
    return gateway;
  }

  private static UnaryOperator<Route> connections(int most) {
    return it -> it.withUpstream(it.upstream().withConnections(most, 1000));
  }

  private Http2RawClient client(Gateway gateway) throws Exception {
    var client = new Http2RawClient(gateway.address());
    open.add(client);
    return client;
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /** Asks as often, all at once, on one connection, so by one event loop. */
  private Http2RawClient ask(Gateway gateway, int requests) throws Exception {
    var client = client(gateway);
    for (int i = 0; i < requests; i++) {
      client.get(1 + 2 * i, "/api/open/" + i);
    }
    return client;
  }

  @Test
  void aRequestIsTheSameInHttp2() throws Exception {
    var upstream = upstream().answering(it -> it.answer("{}", "x-answer", "1", "server", "me"));
    var gateway = gateway(upstream);
    var answer = RawClient.ask(gateway, POST);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}");
    assertThat(answer.header("x-answer")).isEqualTo("1");
    assertThat(answer.header("transfer-encoding")).isEqualTo("chunked");
    assertThat(answer.all("server")).isEmpty();
    var got = upstream.received.getFirst();
    assertThat(got.field(":method")).isEqualTo("POST");
    assertThat(got.field(":path")).isEqualTo("/");
    assertThat(got.field(":scheme")).isEqualTo("http");
    assertThat(got.field(":authority")).isEqualTo("127.0.0.1:" + upstream.port());
    assertThat(got.field("x-correlation-id")).isEqualTo(answer.header("x-correlation-id"));
    assertThat(got.field("x-calling-service")).isEqualTo("external");
    assertThat(got.field("content-length")).isEqualTo("5");
    assertThat(got.text()).isEqualTo("hello");
    assertThat(got.head().names()).doesNotContain("host", "te", "connection");

    var chunked =
        lines("POST /api/open HTTP/1.1", "Host: g", "Transfer-Encoding: chunked", "TE: trailers")
            + lines("2", "hi", "0", "x-user-id: evil");
    assertThat(RawClient.ask(gateway, chunked).status()).isEqualTo(200);
    var second = upstream.received.getLast();
    assertThat(second.text()).isEqualTo("hi");
    assertThat(second.field("te")).isEqualTo("trailers");
    assertThat(second.head().names())
        .doesNotContain("transfer-encoding", "content-length", "x-user-id");
  }

  @Test
  void manyRequestsShareAConnection() throws Exception {
    var upstream = upstream();
    var client = ask(gateway(upstream), 50);
    for (int i = 0; i < 50; i++) {
      assertThat(client.answer(1 + 2 * i).body()).isEqualTo("{}");
    }
    assertThat(upstream.received).hasSize(50);
    assertThat(upstream.connections).hasSize(1);
  }

  @Test
  void noMoreAreSentAtOnceThanTheTargetAllows() throws Exception {
    var held = new LinkedBlockingQueue<Http2RawUpstream.Received>();
    var upstream = upstream(MAX_STREAMS, 2).answering(held::add);
    var client = ask(gateway(upstream.url(), connections(1), it -> it), 10);
    for (int i = 2; i <= 10; i += 2) {
      var sent = i;
      await().during(Duration.ofMillis(50)).until(() -> upstream.received.size() == sent);
      held.take().answer("{}");
      held.take().answer("{}");
    }
    for (int i = 0; i < 10; i++) {
      assertThat(client.answer(1 + 2 * i).status()).isEqualTo(200);
    }
    assertThat(upstream.connections).hasSize(1);
  }

  @Test
  void anotherConnectionIsOpenedWhenAllAreFull() throws Exception {
    var release = new CountDownLatch(1);
    var upstream =
        upstream(MAX_STREAMS, 2)
            .answering(
                it ->
                    Thread.ofVirtual()
                        .start(
                            () -> {
                              try {
                                release.await();
                                it.answer("{}");
                              } catch (Exception e) {
                                throw new IllegalStateException(e);
                              }
                            }));
    var client = ask(gateway(upstream), 6);
    await().until(() -> upstream.received.size() == 6);
    assertThat(upstream.connections).hasSize(3);
    release.countDown();
    for (int i = 0; i < 6; i++) {
      assertThat(client.answer(1 + 2 * i).status()).isEqualTo(200);
    }
  }

  /** Each event loop has connections of its own, and there is one for all of them. */
  @Test
  void aConnectionGivesWayToThoseWhoWaitElsewhere() throws Exception {
    var upstream = upstream();
    var gateway = gateway(upstream.url(), connections(1), it -> it);
    for (int i = 0; i < 6; i++) {
      var client = client(gateway); // of the next event loop
      assertThat(client.get(1, "/api/open").answer(1).status()).isEqualTo(200);
    }
  }

  @Test
  void aSlowClientHoldsItsOwnAnswerUpAndNoOther() throws Exception {
    var sent = new AtomicLong();
    var upstream = upstream();
    upstream.answering(
        it -> {
          if (!it.field(":path").equals("/large")) {
            it.answer("{}");
            return;
          }
          it.on().headers(it.stream(), false, status("200"));
          // Sends what the gateway's window allows at once, and no more.
          for (int i = 0; i < 8; i++) {
            it.on().data(it.stream(), false, "x".repeat(16 << 10));
            sent.addAndGet(16 << 10);
          }
        });
    var gateway = gateway(upstream);
    var slow = new Http2RawClient(gateway.address(), Http2RawClient.settings(4, 0));
    open.add(slow);
    slow.get(1, "/api/open/large");
    await().until(() -> sent.get() == 128 << 10);
    for (int i = 0; i < 20; i++) {
      slow.get(3 + 2 * i, "/api/open/small"); // of the same event loop, so by the same connection
    }
    await().until(() -> upstream.received.size() == 21);
    assertThat(upstream.connections).hasSize(1);
    slow.send(Http2RawClient.WINDOW_UPDATE, 0, 3, Http2RawClient.number(100));
    assertThat(slow.answer(3).body()).isEqualTo("{}");
  }

  @Test
  void aTargetThatTakesNoMoreOfABodyHoldsItsClientUp() throws Exception {
    var upstream = upstream().keepingWindows();
    var gateway = gateway(upstream);
    var size = 8 << 20;
    var client = new RawClient(gateway.address());
    open.add(client);
    var head = "POST /api/open HTTP/1.1\r\nHost: g\r\nContent-Length: " + size + "\r\n\r\n";
    var written = new AtomicLong();
    var writing =
        CompletableFuture.runAsync(
            () -> {
              try {
                client.send(head);
                for (int i = 0; i < size; i += 64 << 10) {
                  client.send(new byte[64 << 10]);
                  written.addAndGet(64 << 10);
                }
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    await().until(() -> !upstream.received.isEmpty());
    var got = upstream.received.getFirst();
    await().until(() -> got.body().size() == 65_535);
    await().during(Duration.ofMillis(200)).until(() -> !writing.isDone());
    assertThat(got.body().size()).isEqualTo(65_535);
    got.on().window(0, size).window(got.stream(), size);
    assertThat(client.answer().status()).isEqualTo(200);
    assertThat(got.body().size()).isEqualTo(size);
    writing.join();
  }

  @Test
  void whatIsRefusedUnseenIsSentAgainWhateverItIs() throws Exception {
    var upstream = upstream();
    upstream.atHead(
        it -> {
          if (upstream.received.size() == 1) {
            it.on().reset(it.stream(), Http2Error.REFUSED_STREAM);
          }
        });
    upstream.answering(it -> it.answer(it.text()));
    var answer = RawClient.ask(gateway(upstream), POST);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(upstream.received).hasSize(2);
    assertThat(upstream.received.getLast().head().names()).doesNotContain("x-attempt");
  }

  /** What came so far is sent again, and the rest follows when it comes. */
  @Test
  void aRequestWhoseBodyIsStillComingIsSentAgainToo() throws Exception {
    var upstream = upstream();
    upstream.atHead(
        it -> {
          if (upstream.received.size() % 2 == 1) { // each request's first attempt
            it.on().reset(it.stream(), Http2Error.REFUSED_STREAM);
          }
        });
    upstream.answering(it -> it.answer(it.text()));
    var gateway = gateway(upstream);
    var client = client(gateway);
    client.post(1, "/api/open").data(1, false, "hel");
    await().until(() -> upstream.received.size() == 2);
    await().until(() -> upstream.received.get(1).text().equals("hel"));
    assertThat(client.data(1, true, "lo").answer(1).body()).isEqualTo("hello");

    var old = new RawClient(gateway.address());
    open.add(old);
    old.send(POST.substring(0, POST.length() - 2));
    await().until(() -> upstream.received.size() == 4);
    await().until(() -> upstream.received.get(3).text().equals("hel"));
    assertThat(old.send("lo").answer().body()).isEqualTo("hello");
    assertThat(old.send(GET).answer().status()).isEqualTo(200);
  }

  @Test
  void whoRefusesEverythingIsNotAskedForEver() throws Exception {
    var upstream = upstream().atHead(it -> it.on().reset(it.stream(), Http2Error.REFUSED_STREAM));
    var answer = RawClient.ask(gateway(upstream), POST);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("retry-after")).isEqualTo("1");
    assertThat(upstream.received).hasSize(4);
  }

  @Test
  void aTargetThatGoesFinishesWhatItHasSeenAndTheRestGoesElsewhere() throws Exception {
    var upstream = upstream();
    upstream.answering(
        it -> {
          if (it.on() == upstream.connections.getFirst()) {
            if (upstream.received.size() == 3) { // the second is the last that it has seen
              it.on().goAway(upstream.received.get(1).stream());
              upstream.received.getFirst().answer("old");
              upstream.received.get(1).answer("old");
            }
          } else {
            it.answer("new");
          }
        });
    var gateway = gateway(upstream);
    var client = client(gateway);
    for (int i = 0; i < 3; i++) {
      client.post(1 + 2 * i, "/api/open").data(1 + 2 * i, true, "hello");
      var sent = i + 1;
      await().until(() -> upstream.received.size() >= sent);
    }
    var answers =
        List.of(client.answer(1).body(), client.answer(3).body(), client.answer(5).body());
    assertThat(answers).containsExactlyInAnyOrder("old", "old", "new");
  }

  @Test
  void aClientThatLeavesTakesItsRequestBack() throws Exception {
    var upstream = upstream().answering(_ -> {});
    var client = client(gateway(upstream));
    client.get(1, "/api/open");
    await().until(() -> upstream.received.size() == 1);
    client.reset(1);
    var stream = upstream.received.getFirst().stream();
    await().until(() -> upstream.resets.get(stream) == Http2Error.CANCEL);
    assertThat(upstream.connections).hasSize(1);
  }

  @Test
  void aLateAnswerIs504AndNobodyWaitsForItAnyMore() throws Exception {
    var upstream = upstream().answering(_ -> {});
    var gateway = gateway(upstream.url(), it -> it.withTimeout(Duration.ofMillis(200)), it -> it);
    assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(504);
    assertThat(Long.parseLong(upstream.received.getFirst().field("x-request-deadline-ms")))
        .isBetween(1L, 200L);
    var stream = upstream.received.getFirst().stream();
    await().until(() -> upstream.resets.get(stream) == Http2Error.CANCEL);
  }

  @Test
  void aConnectionThatAnswersNothingIsFoundAndLeft() throws Exception {
    var upstream = upstream();
    var hurried = GatewayConfig.parse("limits: {connect-timeout: 1s}", "test").limits();
    var gateway = gateway(upstream.url(), it -> it, it -> it.withLimits(hurried));
    var client = client(gateway);
    assertThat(client.get(1, "/api/open").answer(1).status()).isEqualTo(200);
    upstream.deaf(true);
    client.post(3, "/api/open").data(3, true, "{}");
    assertThat(client.answer(3).status()).isEqualTo(502); // it may have arrived
    upstream.deaf(false);
    assertThat(client.get(5, "/api/open").answer(5).status()).isEqualTo(200);
    assertThat(upstream.connections).hasSize(2);
  }

  @Test
  void aConnectionThatBreaksLosesItsRequestsAndHarmlessOnesAreSentAgain() throws Exception {
    var upstream = upstream();
    upstream.answering(
        it -> {
          if (it.on() == upstream.connections.getFirst()) {
            it.on().close();
          } else {
            it.answer("{}");
          }
        });
    var gateway = gateway(upstream);
    assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
    assertThat(upstream.received).hasSize(2);
    upstream.answering(it -> it.on().close());
    assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(502);
    assertThat(upstream.received).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ":status=101",
        ":status=099",
        ":status=2000",
        ":status=abc",
        "x-a=1",
        ":status=200;connection=close",
        ":status=200;transfer-encoding=chunked",
        ":status=200;X-Upper=1",
        ":status=200;x-a=a\rb",
        ":status=200;x-a=a\nb",
        ":status=200;x-a=a\u0000b",
        ":status=200;x a=b",
        ":status=200;:status=200",
        ":status=200;:path=/",
        "x-a=b;:status=200",
        ":status=200;content-length=-2",
        ":status=200;content-length=2;content-length=3",
      })
  void aBrokenAnswerIs502AndAPostIsSentOnce(String fields) throws Exception {
    var head = fields.split("[;=]", -1);
    var upstream = upstream();
    upstream.answering(
        it -> it.on().headers(it.stream(), false, head).data(it.stream(), true, "{}"));
    var gateway = gateway(upstream);
    assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(502);
    assertThat(upstream.received).hasSize(1);
    upstream.answering(it -> it.answer("{}"));
    assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(200);
  }

  @Test
  void aBodyBeforeItsHeadAndOneThatIsCutOffAreNoAnswers() throws Exception {
    var upstream = upstream().answering(it -> it.on().data(it.stream(), true, "{}"));
    var gateway = gateway(upstream);
    assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(502);
    var client = client(gateway);
    upstream.answering(
        it -> {
          it.on().headers(it.stream(), false, status("200")).data(it.stream(), false, "{");
          it.on().reset(it.stream(), Http2Error.INTERNAL_ERROR);
        });
    assertThat(client.get(1, "/api/open").answer(1).error()).isEqualTo(Http2Error.INTERNAL_ERROR);
    var stream = 3;
    for (var length : List.of("1", "3")) { // and two come
      upstream.answering(it -> it.answer("{}", "content-length", length));
      var answer = client.get(stream, "/api/open").answer(stream);
      assertThat(answer.error()).isEqualTo(Http2Error.INTERNAL_ERROR);
      stream += 2;
    }
  }

  @Test
  void interimAnswersAreLeftOutAndTrailersPassed() throws Exception {
    var upstream =
        upstream()
            .answering(
                it ->
                    it.on()
                        .headers(it.stream(), false, status("103", "link", "a"))
                        .headers(it.stream(), false, status("200"))
                        .send(DATA, 0, it.stream(), RecordingUpstream.bytes("{}"))
                        .headers(it.stream(), true, "x-sum", "1", "x-user-id", "evil"));
    var client = client(gateway(upstream));
    client.headers(1, true, Http2RawClient.request("GET", "/api/open", "te", "trailers"));
    var answer = client.answer(1);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}");
    assertThat(answer.trailers()).hasSize(1);
    assertThat(answer.trailer("x-sum")).isEqualTo("1");
  }

  @Test
  void aTargetThatDoesNotSpeakItIsUnreachable() throws Exception {
    try (var other = new RecordingUpstream()) {
      var gateway = gateway(other.url(), it -> it, it -> it);
      assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(503);
    }
  }

  @Test
  void webSocketsAreRefusedThere() throws Exception {
    var upstream = upstream();
    var asked =
        lines(
            "GET /api/open HTTP/1.1",
            "Host: g",
            "Connection: upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertThat(RawClient.ask(gateway(upstream), asked).status()).isEqualTo(400);
    assertThat(upstream.received).isEmpty();
  }

  @Test
  void overTlsItIsAgreedOnInTheHandshake(@TempDir Path folder) throws Exception {
    var server =
        (SSLServerSocket)
            TestCertificate.create(folder, "ca", "ip:127.0.0.1")
                .server()
                .getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
    var parameters = server.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    server.setSSLParameters(parameters);
    var upstream = new Http2RawUpstream(server);
    open.add(upstream);
    var target = URI.create("https://127.0.0.1:" + upstream.port());
    var gateway =
        gateway(target, it -> it, it -> it.withTrustedCertificates(folder.resolve("ca.pem")));
    assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(200);
    assertThat(upstream.received.getFirst().field(":scheme")).isEqualTo("https");

    var untrusting = gateway(target, it -> it, it -> it);
    assertThat(RawClient.ask(untrusting, POST).status()).isEqualTo(503);

    parameters.setApplicationProtocols(new String[] {"http/1.1"});
    server.setSSLParameters(parameters);
    var other =
        gateway(target, it -> it, it -> it.withTrustedCertificates(folder.resolve("ca.pem")));
    assertThat(RawClient.ask(other, POST).status()).isEqualTo(503);
    assertThat(upstream.received).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"204", "500"})
  void backgroundChecksAskInHttp2(String status) throws Exception {
    var upstream = upstream().answering(it -> it.on().headers(it.stream(), true, status(status)));
    var gateway = gateway(upstream.url(), it -> it.withHealth("/health"), it -> it);
    var expected = status.equals("204") ? Health.State.HEALTHY : Health.State.UNHEALTHY;
    await().until(() -> gateway.health().services().get("open") == expected);
    assertThat(upstream.received.getFirst().field(":path")).isEqualTo("/health");
    assertThat(upstream.received.getFirst().field(":authority"))
        .isEqualTo("127.0.0.1:" + upstream.port());
  }

  /** One that says so with a status of HTTP, and one that says it in gRPC. */
  @ParameterizedTest
  @ValueSource(strings = {":status=503", ":status=200;grpc-status=14"})
  void targetsThatFailAreEjectedAndTheOthersGetTheRequests(String fields) throws Exception {
    var head = fields.split("[;=]", -1);
    var failing = upstream().answering(it -> it.on().headers(it.stream(), true, head));
    var good = upstream();
    var gateway =
        gateway(failing.url(), it -> it.withTargets(List.of(failing.url(), good.url())), it -> it);
    for (int i = 0; i < 60; i++) {
      assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
    }
    assertThat(failing.received).hasSizeBetween(1, 6);
    assertThat(good.received).hasSizeGreaterThanOrEqualTo(54);
  }
}
