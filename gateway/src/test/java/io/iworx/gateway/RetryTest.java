package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may have arrived is sent again only where that does no harm, and not too often. */
final class RetryTest {
  private static final String UNAVAILABLE =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy";

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

  /** A target that takes a request and closes. */
  private RecordingUpstream losing() {
    return target().answering((_, _, socket) -> socket.close());
  }

  private Gateway gateway(UnaryOperator<Route> changes, RecordingUpstream... targets) {
    var route =
        Route.of("open", null)
            .withPublicAccess(true)
            .withTargets(List.of(targets).stream().map(RecordingUpstream::url).toList())
            .withUpstream(UpstreamOptions.DEFAULT.withEjection(0, Duration.ofSeconds(1)));
    var gateway =
        Gateway.start(
            GatewayConfig.of(List.of(changes.apply(route)))
                .withPort(0)
                .withAuth(Auth.hs256(Minted.SECRET)),
            new HopList());
    open.add(gateway);
    return gateway;
  }

  private static String request(String method, String body, String... headers) {
    var text = new StringBuilder(method + " /api/open HTTP/1.1\r\nHost: g\r\n");
    for (var header : headers) {
      text.append(header).append("\r\n");
    }
    if (!body.isEmpty()) {
      text.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    return text.append("\r\n").append(body).toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PUT", "DELETE"})
  void whatDoesNoHarmIsSentToAnotherTarget(String method) throws Exception {
    for (var bad : List.of(losing(), target().answering(UNAVAILABLE))) {
      var good = target();
      // The answer to HEAD has a body that does not belong there: no later answer begins with it.
      var gateway = gateway(it -> it, bad, good);
      for (int i = 0; i < 20; i++) {
        assertThat(RawClient.ask(gateway, request(method, "")).status()).isEqualTo(200);
      }
      assertThat(bad.received()).isNotEmpty();
      assertThat(good.received()).hasSize(20);
    }
  }

  @Test
  void aKeyedPostIsSentAgainWithItsBody() throws Exception {
    var bad = losing();
    var good = target();
    var gateway = gateway(it -> it, bad, good);
    var body = "{\"a\":1}";
    for (int i = 0; i < 20; i++) {
      var keyed = request("POST", body, "Idempotency-Key: k" + i);
      assertThat(RawClient.ask(gateway, keyed).status()).isEqualTo(200);
    }
    assertThat(bad.received()).isNotEmpty();
    assertThat(good.received()).hasSize(20).allSatisfy(it -> assertThat(it.body()).isEqualTo(body));
  }

  @Test
  void aPostWithoutAKeyIsSentOnce() throws Exception {
    for (var bad :
        List.of(
            List.of(losing(), losing()),
            List.of(target().answering(UNAVAILABLE), target().answering(UNAVAILABLE)))) {
      var gateway = gateway(it -> it, bad.getFirst(), bad.getLast());
      for (int i = 0; i < 10; i++) {
        assertThat(RawClient.ask(gateway, request("POST", "{}")).status()).isGreaterThan(500);
      }
    }
    assertThat(sent()).isEqualTo(20);
  }

  private int sent() {
    return open.stream()
        .mapToInt(it -> it instanceof RecordingUpstream up ? up.received().size() : 0)
        .sum();
  }

  @Test
  void aBodyTooLargeToKeepIsSentOnce() throws Exception {
    var bad = losing();
    var gateway = gateway(it -> it, bad, losing());
    var put = request("PUT", "x".repeat(70_000));
    assertThat(RawClient.ask(gateway, put).status()).isEqualTo(502);
    assertThat(sent()).isEqualTo(1);
  }

  @Test
  void attemptsAreNumberedAndOnlyWhereTheGatewayMakesThem() throws Exception {
    var bad = losing();
    var alsoBad = losing();
    var gateway = gateway(it -> it, bad, alsoBad);
    assertThat(RawClient.ask(gateway, request("GET", "")).status()).isEqualTo(502);
    var numbers = new ArrayList<String>();
    bad.received().forEach(it -> numbers.add(it.header("x-attempt")));
    alsoBad.received().forEach(it -> numbers.add(it.header("x-attempt")));
    assertThat(numbers).containsExactlyInAnyOrder("1", "2");

    var good = target();
    var other = gateway(it -> it, good);
    RawClient.ask(other, request("POST", "{}", "x-attempt: 7"));
    assertThat(good.only().all("x-attempt")).isEmpty();
  }

  @Test
  void whoeverRepeatsItselfIsNotRepeatedHere() throws Exception {
    var bad = losing();
    var gateway = gateway(it -> it, bad, target());
    var service = "Authorization: Bearer " + Minted.service("work-order-service");
    var failed = 0;
    for (int i = 0; i < 20; i++) {
      var answer = RawClient.ask(gateway, request("GET", "", service, "x-attempt: 2"));
      failed += answer.status() == 502 ? 1 : 0;
    }
    assertThat(failed).isPositive().isEqualTo(bad.received().size());
    assertThat(bad.received()).allSatisfy(it -> assertThat(it.header("x-attempt")).isEqualTo("2"));
  }

  @Test
  void theBudgetEndsRetriesWhenNearlyAllFails() throws Exception {
    var gateway =
        gateway(
            it -> it.withRetries(RetryOptions.DEFAULT.withBudgetPercent(20)), losing(), losing());
    for (int i = 0; i < 500; i++) {
      assertThat(RawClient.ask(gateway, request("GET", "")).status()).isEqualTo(502);
    }
    var loops = Runtime.getRuntime().availableProcessors();
    assertThat(sent()).isBetween(501, 500 + 100 + 2 * loops * RetryOptions.RESERVE);
  }

  @Test
  void withoutABudgetNothingIsRepeated() throws Exception {
    var bad = losing();
    var gateway = gateway(it -> it.withRetries(RetryOptions.NONE), bad);
    assertThat(RawClient.ask(gateway, request("GET", "")).status()).isEqualTo(502);
    assertThat(bad.only().all("x-attempt")).isEmpty();
  }

  @Test
  void anAttemptThatTakesTooLongGivesWayToAnother() throws Exception {
    var never = new CountDownLatch(1);
    var slow = target().answering((_, _, _) -> never.await());
    var quick = target();
    var gateway =
        gateway(
            it ->
                it.withTimeout(Duration.ofSeconds(5))
                    .withRetries(RetryOptions.DEFAULT.withAttemptTimeout(Duration.ofMillis(100))),
            slow,
            quick);
    for (int i = 0; i < 10; i++) {
      assertThat(RawClient.ask(gateway, request("GET", "")).status()).isEqualTo(200);
    }
    assertThat(slow.received()).isNotEmpty();
    assertThat(quick.received())
        .allSatisfy(
            it ->
                assertThat(Integer.parseInt(it.header("x-request-deadline-ms")))
                    .isBetween(1, 5000));
    assertThat(quick.received().stream().filter(it -> it.header("x-attempt").equals("2")))
        .isNotEmpty()
        .allSatisfy(
            it ->
                assertThat(Integer.parseInt(it.header("x-request-deadline-ms")))
                    .isLessThanOrEqualTo(4900));
    never.countDown();
  }

  @Test
  void aServicesOwnRefusalReachesTheClientWhenThereIsNoOther() throws Exception {
    var busy = target().answering(UNAVAILABLE);
    var answer = RawClient.ask(gateway(it -> it, busy), request("GET", ""));
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("busy");
    assertThat(busy.received()).hasSize(1);
  }
}
