package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iworx.gateway.RoutePolicies.Canary;
import io.iworx.gateway.RoutePolicies.HeaderChanges;
import io.iworx.gateway.RoutePolicies.LoadShedding;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Shedding, header changes, CORS and canaries of a route. */
final class RoutePoliciesTest {
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final RecordingUpstream other = new RecordingUpstream();
  private @Nullable Gateway gateway;

  @AfterEach
  void stop() throws Exception {
    if (gateway != null) {
      gateway.close();
    }
    upstream.close();
    other.close();
  }

  private GatewayConfig config(RoutePolicies policies) {
    return GatewayConfig.of(
            List.of(
                Route.of("assets", upstream.url()).withPublicAccess(true).withPolicies(policies),
                Route.of("people", upstream.url()).withPublicAccess(true)))
        .withPort(0)
        .withCors(new Cors(List.of("https://all.example")));
  }

  private void start(RoutePolicies policies) {
    gateway = Gateway.start(config(policies), new HopList());
  }

  private RawClient.Answer ask(String method, String path, String headers) throws Exception {
    return RawClient.ask(
        Objects.requireNonNull(gateway),
        method + " " + path + " HTTP/1.1\r\nHost: g\r\n" + headers + "\r\n");
  }

  @Test
  void whatIsMoreThanTheServiceBearsIsToldSoAtOnce() throws Exception {
    start(RoutePolicies.NONE.withShedding(new LoadShedding(2, 2)));
    var arrived = new CountDownLatch(2);
    var go = new CountDownLatch(1);
    upstream.answering(
        (_, out, _) -> {
          arrived.countDown();
          go.await();
          out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
        });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = new ArrayList<Future<RawClient.Answer>>();
      for (int i = 0; i < 2; i++) {
        first.add(threads.submit(() -> ask("GET", "/api/assets", "")));
      }
      arrived.await();
      var shed = ask("GET", "/api/assets", "");
      assertThat(shed.status()).isEqualTo(503);
      assertThat(shed.header("retry-after")).isEqualTo("1");
      assertThat(shed.body()).contains("\"service\":\"assets\"", "this one was not sent");
      go.countDown();
      for (var answer : first) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    assertThat(ask("GET", "/api/assets", "").status()).isEqualTo(200);
    assertThat(upstream.received()).hasSize(3);
  }

  @Test
  void whoLeavesMakesRoom() throws Exception {
    start(RoutePolicies.NONE.withShedding(new LoadShedding(1, 1)));
    var arrived = new CountDownLatch(1);
    upstream.answering((_, _, _) -> arrived.countDown());
    try (var client = new RawClient(Objects.requireNonNull(gateway).address())) {
      client.send("GET /api/assets HTTP/1.1\r\nHost: g\r\n\r\n");
      arrived.await();
      assertThat(ask("GET", "/api/assets", "").status()).isEqualTo(503);
    }
    upstream.answering(RecordingUpstream.OK);
    await().until(() -> ask("GET", "/api/assets", "").status() == 200);
  }

  @Test
  void headersAreChangedBothWays() throws Exception {
    start(
        RoutePolicies.NONE
            .withRequestHeaders(new HeaderChanges(Map.of("x-region", "eu"), Set.of("x-debug")))
            .withAnswerHeaders(
                new HeaderChanges(Map.of("x-frame-options", "DENY"), Set.of("etag"))));
    upstream.answering(
        "HTTP/1.1 200 OK\r\netag: 1\r\nx-frame-options: ALLOW\r\ncontent-length: 2\r\n\r\n{}");
    var answer = ask("GET", "/api/assets", "X-Debug: 1\r\nx-region: us\r\nx-region: cn\r\n");
    assertThat(upstream.only().header("x-region")).isEqualTo("eu");
    assertThat(upstream.only().all("x-debug")).isEmpty();
    assertThat(answer.header("x-frame-options")).isEqualTo("DENY");
    assertThat(answer.all("etag")).isEmpty();
    assertThat(ask("GET", "/api/people", "").header("etag")).isEqualTo("1");
  }

  @Test
  void aRouteMayHaveItsOwnOrigins() throws Exception {
    start(RoutePolicies.NONE.withCors(new Cors(List.of("https://assets.example"))));
    var preflight = "Access-Control-Request-Method: PUT\r\n";
    for (var method : List.of("OPTIONS", "GET")) {
      assertThat(allowed(method, "/api/assets/1", "https://assets.example", preflight))
          .isEqualTo("https://assets.example");
      assertThat(allowed(method, "/api/assets/1", "https://all.example", preflight)).isNull();
      assertThat(allowed(method, "/api/people/1", "https://all.example", preflight))
          .isEqualTo("https://all.example");
      assertThat(allowed(method, "/api/people/1", "https://assets.example", preflight)).isNull();
    }
    assertThat(allowed("OPTIONS", "/api/nobody", "https://all.example", preflight)).isNotNull();
    assertThat(allowed("OPTIONS", "/api/../x", "https://all.example", preflight)).isNotNull();
    assertThat(
            allowed(
                "OPTIONS",
                "/api/assets",
                "https://all.example",
                "Access-Control-Request-Method: a b\r\n"))
        .isNotNull();
  }

  private @Nullable String allowed(String method, String path, String origin, String headers)
      throws Exception {
    var values =
        ask(method, path, "Origin: " + origin + "\r\n" + headers)
            .all("access-control-allow-origin");
    return values.isEmpty() ? null : values.getFirst();
  }

  @Test
  void aCanaryGetsItsShareAndNoneWhileItIsAway() throws Exception {
    start(RoutePolicies.NONE.withCanary(new Canary(List.of(other.url()), 25)));
    for (int i = 0; i < 40; i++) {
      assertThat(ask("GET", "/api/assets", "").status()).isEqualTo(200);
    }
    assertThat(other.received()).hasSize(10);
    assertThat(upstream.received()).hasSize(30);
    Objects.requireNonNull(gateway)
        .reconfigure(config(RoutePolicies.NONE.withCanary(new Canary(List.of(other.url()), 100))));
    assertThat(ask("GET", "/api/assets", "").status()).isEqualTo(200);
    assertThat(other.received()).hasSize(11);
    other.close();
    await().until(() -> ask("GET", "/api/assets", "").status() == 200);
    Objects.requireNonNull(gateway).reconfigure(config(RoutePolicies.NONE));
    assertThat(ask("GET", "/api/assets", "").status()).isEqualTo(200);
  }

  @Test
  void readsThemFromTheFile() {
    var policies =
        GatewayConfig.parse(
                """
                routes:
                  - service: a
                    shed: {min: 5, max: 50}
                    headers:
                      request: {set: {x-region: eu}, remove: [x-debug]}
                      answer: {remove: [etag]}
                    cors: {origins: ["https://a.example"]}
                    canary: {percent: 5%, targets: ["http://10.0.0.9:80"]}
                """,
                "f.yaml")
            .routes()
            .getFirst()
            .policies();
    assertThat(policies)
        .isEqualTo(
            RoutePolicies.NONE
                .withShedding(new LoadShedding(5, 50))
                .withRequestHeaders(new HeaderChanges(Map.of("x-region", "eu"), Set.of("x-debug")))
                .withAnswerHeaders(new HeaderChanges(Map.of(), Set.of("etag")))
                .withCors(new Cors(List.of("https://a.example")))
                .withCanary(new Canary(List.of(URI.create("http://10.0.0.9:80")), 5)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "shed: {min: 9, max: 5} | shed | min must be 1 to max",
        "headers: {request: {set: {x-user-id: evil}}} | headers.request | is the gateway's",
        "headers: {request: {set: {'x-a': '${jndi:x}'}}} | headers.request | have no meaning here",
        "headers: {answer: {remove: [content-length]}} | headers.answer | is the gateway's",
        "headers: {both: {}} | headers.both | is not known here",
        "cors: {origins: [nowhere]} | cors.origins | must be origins such as",
        "canary: {targets: ['http://a']} | canary.percent | is missing",
        "canary: {percent: 5, targets: []} | canary | must name targets",
        "canary: {percent: 101, targets: ['http://a']} | canary | percent must be 0 to 100"
      })
  void saysWhatIsWrongInTheFile(String line, String key, String sentence) {
    assertThatThrownBy(
            () -> GatewayConfig.parse("routes:\n  - service: a\n    " + line + "\n", "f.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(sentence);
  }
}
