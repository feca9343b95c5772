package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One service with several targets: who gets a request, and who gets none. */
final class ManyTargetsTest {
  private static final String GET = "GET /api/open HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final String POST =
      "POST /api/open HTTP/1.1\r\nHost: g\r\nContent-Length: 2\r\n\r\n{}";
  private static final String UNAVAILABLE =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
  }

  private RecordingUpstream target() {
    var target = new RecordingUpstream();
    open.add(target);
    return target;
  }

  private Gateway gateway(List<URI> targets, UnaryOperator<Route> changes) {
    var route = Route.of("open", null).withPublicAccess(true).withTargets(targets);
    var gateway =
        Gateway.start(GatewayConfig.of(List.of(changes.apply(route))).withPort(0), new HopList());
    open.add(gateway);
    return gateway;
  }

  private static URI nowhere() throws Exception {
    try (var socket = new ServerSocket(0)) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }
  }

  private static UnaryOperator<Route> ejecting(int after, Duration during) {
    return it ->
        it.withUpstream(
                UpstreamOptions.DEFAULT.withEjection(after, during).withSlowStart(Duration.ZERO))
            .withRetries(RetryOptions.NONE);
  }

  @Test
  void requestsAreSharedByAllTargets() throws Exception {
    var targets = List.of(target(), target(), target());
    var gateway = gateway(targets.stream().map(RecordingUpstream::url).toList(), it -> it);
    for (int i = 0; i < 90; i++) {
      assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
    }
    assertThat(targets).allSatisfy(it -> assertThat(it.received()).hasSizeGreaterThan(10));
  }

  @Test
  void aBusyTargetGetsLess() throws Exception {
    var release = new CountDownLatch(1);
    var slow =
        target()
            .answering(
                (_, out, _) -> {
                  release.await();
                  out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
                });
    var quick = target();
    var gateway = gateway(List.of(slow.url(), quick.url()), it -> it);
    var waiting = new ArrayList<RawClient>();
    for (int i = 0; i < 60; i++) {
      var client = new RawClient(gateway.address());
      open.add(client);
      waiting.add(client.send(GET));
    }
    // Each event loop gives the slow one at most a request more than the quick one has open.
    await().until(() -> slow.received().size() + quick.received().size() == 60);
    assertThat(slow.received().size()).isLessThan(30);
    release.countDown();
    for (var client : waiting) {
      assertThat(client.answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {GET, POST})
  void aDeadTargetCostsNobodyAnErrorWhileAnotherIsAlive(String request) throws Exception {
    var alive = target();
    var gateway =
        gateway(
            List.of(nowhere(), alive.url(), nowhere()), it -> it.withRetries(RetryOptions.NONE));
    for (int i = 0; i < 50; i++) {
      assertThat(RawClient.ask(gateway, request).status()).isEqualTo(200);
    }
    assertThat(alive.received()).hasSize(50);
  }

  @Test
  void aTargetThatDiesUnderLoadCostsNoReaderAnError() throws Exception {
    var dying = target();
    var alive = target();
    var gateway = gateway(List.of(dying.url(), alive.url()), it -> it);
    var failed = new AtomicInteger();
    var done = new AtomicInteger();
    var clients = new ArrayList<Thread>();
    for (int i = 0; i < 8; i++) {
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (var client = new RawClient(gateway.address())) {
                      for (int j = 0; j < 100; j++) {
                        if (client.send(GET).answer().status() != 200) {
                          failed.incrementAndGet();
                        }
                        done.incrementAndGet();
                      }
                    } catch (Exception e) {
                      failed.incrementAndGet();
                    }
                  }));
    }
    await().until(() -> done.get() > 100);
    dying.close();
    for (var client : clients) {
      client.join();
    }
    assertThat(failed).hasValue(0);
    assertThat(done).hasValue(800);
  }

  @Test
  void aTargetThatFailsIsLeftAloneAndTriedAgainLater() throws Exception {
    var failing = target().answering(UNAVAILABLE);
    var good = target();
    var gateway = gateway(List.of(failing.url(), good.url()), ejecting(3, Duration.ofMillis(400)));
    await()
        .until(
            () -> {
              RawClient.ask(gateway, GET);
              return failing.received().size() == 3;
            });
    for (int i = 0; i < 20; i++) {
      assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
    }
    assertThat(failing.received()).hasSize(3);

    failing.answering(RecordingUpstream.OK);
    await()
        .until(
            () -> {
              assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
              return failing.received().size() > 10;
            });
  }

  @Test
  void whenAllFailTheServiceIsRefusedAtOnceUntilOneTrialSucceeds() throws Exception {
    var failing = target().answering(UNAVAILABLE);
    var gateway = gateway(List.of(failing.url()), ejecting(3, Duration.ofMillis(1500)));
    for (int i = 0; i < 3; i++) {
      assertThat(RawClient.ask(gateway, POST).status()).isEqualTo(503);
    }
    var refused = RawClient.ask(gateway, POST);
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body()).contains("\"service\":\"open\"", "nothing was sent");
    assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(1, 2);
    assertThat(failing.received()).hasSize(3);

    failing.answering(RecordingUpstream.OK);
    await().until(() -> RawClient.ask(gateway, GET).status() == 200);
    assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
  }

  @Test
  void onlyOneRequestAtATimeTriesATargetThatFailed() throws Exception {
    var failing = target().answering(UNAVAILABLE);
    var gateway = gateway(List.of(failing.url()), ejecting(1, Duration.ofMillis(100)));
    RawClient.ask(gateway, GET);
    var release = new CountDownLatch(1);
    failing.answering(
        (_, out, _) -> {
          release.await();
          out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
        });
    var loops = Runtime.getRuntime().availableProcessors();
    await()
        .until(
            () -> {
              var client = new RawClient(gateway.address());
              open.add(client);
              client.send(GET);
              return failing.received().size() >= 2;
            });
    for (int i = 0; i < 20; i++) {
      var client = new RawClient(gateway.address());
      open.add(client);
      client.send(GET);
    }
    assertThat(failing.received().size()).isLessThanOrEqualTo(1 + loops);
    release.countDown();
  }

  @Test
  void anErrorOfTheServicesOwnEjectsNobody() throws Exception {
    var upset = target().answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
    var gateway = gateway(List.of(upset.url()), ejecting(2, Duration.ofMinutes(1)));
    for (int i = 0; i < 10; i++) {
      assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(500);
    }
    assertThat(upset.received()).hasSize(10);
  }

  @Test
  void aCallersShortDeadlineEjectsNobody() throws Exception {
    var hold = new CountDownLatch(1);
    var slow =
        target()
            .answering(
                (_, out, _) -> {
                  hold.await();
                  out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
                });
    var gateway = gateway(List.of(slow.url()), ejecting(2, Duration.ofMinutes(1)));
    for (int i = 0; i < 4; i++) {
      var hurried = "GET /api/open HTTP/1.1\r\nHost: g\r\nx-request-deadline-ms: 20\r\n\r\n";
      assertThat(RawClient.ask(gateway, hurried).status()).isEqualTo(504);
    }
    hold.countDown();
    assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
  }

  @Test
  void aTargetThatBackgroundChecksFaultGetsNothing() throws Exception {
    var sick =
        target()
            .answering(
                (request, out, _) ->
                    out.write(
                        RecordingUpstream.bytes(
                            request.requestLine().contains("/health")
                                ? UNAVAILABLE
                                : RecordingUpstream.OK)));
    var well = target();
    var gateway = gateway(List.of(sick.url(), well.url()), it -> it.withHealth("/health"));
    // Two checks in a row must fail, and they are five seconds apart.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              var before = sick.received().stream().filter(it -> !isCheck(it)).count();
              for (int i = 0; i < 20; i++) {
                assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
              }
              return sick.received().stream().filter(it -> !isCheck(it)).count() == before;
            });
    assertThat(gateway.health().services()).containsEntry("open", Health.State.HEALTHY);
  }

  @Test
  void aBrokenHealthPageAloneTakesNoServiceAway() throws Exception {
    var only =
        target()
            .answering(
                (request, out, _) ->
                    out.write(
                        RecordingUpstream.bytes(
                            isCheck(request) ? UNAVAILABLE : RecordingUpstream.OK)));
    var gateway = gateway(List.of(only.url()), it -> it.withHealth("/health"));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> only.received().stream().filter(ManyTargetsTest::isCheck).count() >= 3);
    assertThat(RawClient.ask(gateway, GET).status()).isEqualTo(200);
  }

  private static boolean isCheck(RecordingUpstream.Received request) {
    return request.requestLine().contains("/health");
  }
}
