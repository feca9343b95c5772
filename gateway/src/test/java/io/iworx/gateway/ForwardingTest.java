package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ForwardingTest {
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final HopList hops = new HopList();
  private Gateway gateway;

  @BeforeEach
  void start() {
    gateway =
        Gateway.start(
            GatewayConfig.of(
                    List.of(
                        Route.of("assets", upstream.url()),
                        Route.of("meters", upstream.url()).withKeepPrefix(true),
                        Route.of("open", upstream.url()).withPublicAccess(true),
                        Route.of("people", null)))
                .withPort(0)
                .withAuth(Auth.hs256(Minted.SECRET))
                .withCors(Cors.LOCAL),
            hops);
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private static String get(String path, String... headers) {
    return "GET " + path + " HTTP/1.1\r\nHost: gateway\r\n" + lines(headers) + "\r\n";
  }

  private static String lines(String... headers) {
    return headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  private RawClient.Answer user(String path, String... headers) throws Exception {
    return RawClient.ask(gateway, get(path, lines(headers) + bearer(Minted.user("u-1", "org-1"))));
  }

  @Test
  void forwardsWithPrefixStrippedAndIdentityFromTheToken() throws Exception {
    var answer =
        RawClient.ask(gateway, get("/api/assets/1?x=2", bearer(Minted.user("u-1", "org-1"))));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}");
    var got = upstream.only();
    assertThat(got.requestLine()).isEqualTo("GET /1?x=2 HTTP/1.1");
    assertThat(got.header("host")).isEqualTo("127.0.0.1:" + upstream.port());
    assertThat(got.header("x-user-id")).isEqualTo("u-1");
    assertThat(got.header("x-organization-id")).isEqualTo("org-1");
    assertThat(got.header("x-calling-service")).isEqualTo("external");
    assertThat(got.header("x-correlation-id")).isEqualTo(answer.header("x-correlation-id"));
    assertThat(got.all("x-cross-project-access")).isEmpty();
    assertThat(got.header("authorization")).startsWith("Bearer ");
    var hop = hops.next();
    assertThat(hop.id()).isEqualTo(got.header("x-causation-id"));
    assertThat(hop.name()).isEqualTo("GET /api/assets/1");
    assertThat(hop.service()).isEqualTo("assets");
    assertThat(hop.detail()).isEqualTo("200");
    assertThat(hop.succeeded()).isTrue();
    assertThat(hop.correlation().callingService()).isEqualTo(Correlation.EXTERNAL);
    assertThat(hop.correlation().identity().userId()).isEqualTo("u-1");
  }

  @Test
  void keepsThePrefixWhereTheRouteSaysSo() throws Exception {
    var token = bearer(Minted.user("u", "o"));
    for (var path : Map.of("/api/meters/7", "/meters/7", "/api/meters", "/meters").entrySet()) {
      RawClient.ask(gateway, get(path.getKey(), token));
      assertThat(upstream.received().getLast().requestLine())
          .isEqualTo("GET " + path.getValue() + " HTTP/1.1");
    }
  }

  @Test
  void answersBehindThePlatformsPrefixes() throws Exception {
    for (var prefix : List.of("/api-gateway", "/functions/v1/api-gateway")) {
      assertThat(user(prefix + "/api/assets/3").status()).isEqualTo(200);
      assertThat(upstream.received().getLast().requestLine()).isEqualTo("GET /3 HTTP/1.1");
      assertThat(RawClient.ask(gateway, get(prefix + "/health")).status()).isEqualTo(200);
    }
  }

  @Test
  void forwardsBodiesOfBothFramings() throws Exception {
    var head = "POST /api/assets HTTP/1.1\r\nHost: g\r\n" + bearer(Minted.user("u", "o")) + "\r\n";
    RawClient.ask(gateway, head + "Content-Length: 5\r\n\r\nhello");
    RawClient.ask(
        gateway,
        head
            + "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-User-Id: evil\r\n\r\n");

    assertThat(upstream.received()).hasSize(2).allMatch(it -> it.body().equals("hello"));
    assertThat(upstream.received().getLast().all("x-user-id")).containsExactly("u");
    assertThat(upstream.received().getFirst().requestLine()).isEqualTo("POST / HTTP/1.1");
  }

  @Test
  void believesIdentityHeadersFromServicesOnly() throws Exception {
    var claims =
        lines(
            "X-User-Id: u-9",
            "x-organization-id: o-9",
            "x-cross-project-access: true",
            "x-calling-service: assets-service",
            "x-causation-id: cause-1",
            "x-attempt: 2");
    RawClient.ask(gateway, get("/api/assets", claims + bearer(Minted.oldService())));
    var service = upstream.received().getLast();
    assertThat(service.header("x-user-id")).isEqualTo("u-9");
    assertThat(service.header("x-organization-id")).isEqualTo("o-9");
    assertThat(service.header("x-cross-project-access")).isEqualTo("true");
    assertThat(service.header("x-calling-service")).isEqualTo("assets-service");
    assertThat(service.header("x-attempt")).isEqualTo("2");
    var hop = hops.next();
    assertThat(hop.correlation().causationId()).isEqualTo("cause-1");
    assertThat(hop.correlation().callingService()).isEqualTo("assets-service");

    RawClient.ask(gateway, get("/api/assets", claims + bearer(Minted.user("u-1", "o-1"))));
    var user = upstream.received().getLast();
    assertThat(user.header("x-user-id")).isEqualTo("u-1");
    assertThat(user.header("x-organization-id")).isEqualTo("o-1");
    assertThat(user.all("x-cross-project-access")).isEmpty();
    assertThat(user.header("x-calling-service")).isEqualTo("external");
    assertThat(user.header("x-attempt")).isEqualTo("1"); // the gateway's own
    assertThat(hops.next().correlation().causationId()).isNull();

    RawClient.ask(gateway, get("/api/open", claims));
    var nobody = upstream.received().getLast();
    assertThat(nobody.all("x-user-id")).isEmpty();
    assertThat(nobody.all("x-organization-id")).isEmpty();
    assertThat(nobody.header("x-calling-service")).isEqualTo("external");
  }

  @Test
  void aServicesTokenNamesTheService() throws Exception {
    RawClient.ask(
        gateway,
        get(
            "/api/assets",
            "x-calling-service: other",
            bearer(Minted.service("work-order-service"))));
    assertThat(upstream.only().header("x-calling-service")).isEqualTo("work-order-service");
  }

  @Test
  void answersProblemsWithTheContractsMembers() throws Exception {
    var unknown = RawClient.ask(gateway, get("/api/nothing/1"));
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.header("content-type")).isEqualTo("application/problem+json");
    assertThat(unknown.body())
        .contains("\"availableServices\":[\"assets\",\"meters\",\"open\",\"people\"]")
        .contains("\"error\":\"Unknown service\"")
        .contains("\"correlationId\":\"" + unknown.header("x-correlation-id") + "\"");

    assertThat(RawClient.ask(gateway, get("/elsewhere")).status()).isEqualTo(400);
    var noToken = RawClient.ask(gateway, get("/api/assets"));
    assertThat(noToken.status()).isEqualTo(401);
    assertThat(noToken.body()).contains("\"error\":\"Unauthorized\"");

    var nowhere = user("/api/people/1");
    assertThat(nowhere.status()).isEqualTo(503);
    assertThat(nowhere.body())
        .contains("\"service\":\"people\"", "\"message\":", "\"error\":\"Service unavailable\"");
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void publicRoutesNeedNoTokenButRefuseABadOne() throws Exception {
    assertThat(RawClient.ask(gateway, get("/api/open/1")).status()).isEqualTo(200);
    assertThat(RawClient.ask(gateway, get("/api/open/1", bearer(Minted.anon()))).status())
        .isEqualTo(200);
    assertThat(RawClient.ask(gateway, get("/api/open/1", bearer("a.b.c"))).status()).isEqualTo(401);
    assertThat(RawClient.ask(gateway, get("/api/assets", bearer(Minted.anon()))).status())
        .isEqualTo(401);
    assertThat(
            RawClient.ask(gateway, get("/api/assets", "apikey: " + Minted.oldService())).status())
        .isEqualTo(401);
  }

  @Test
  void keepsConnectionsOnBothSides() throws Exception {
    try (var client = new RawClient(gateway.address())) {
      for (int i = 0; i < 5; i++) {
        assertThat(client.send(get("/api/open/" + i)).answer().status()).isEqualTo(200);
      }
    }
    assertThat(upstream.received()).hasSize(5);
    assertThat(upstream.connections()).isEqualTo(1);
  }

  @Test
  void answersPipelinedRequestsInOrder() throws Exception {
    upstream.answering(
        (request, out, _) -> {
          var body = request.requestLine();
          out.write(
              RecordingUpstream.bytes(
                  "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body));
        });
    try (var client = new RawClient(gateway.address())) {
      var requests = new StringBuilder();
      for (int i = 0; i < 20; i++) {
        requests.append(get("/api/open/" + i)).append(get("/api/nothing"));
      }
      client.send(requests.toString());
      for (int i = 0; i < 20; i++) {
        assertThat(client.answer().body()).isEqualTo("GET /" + i + " HTTP/1.1");
        assertThat(client.answer().status()).isEqualTo(404);
      }
    }
  }

  @Test
  void acceptsOrReplacesCorrelationIds() throws Exception {
    assertThat(user("/api/assets", "X-Correlation-Id: my-id-1").header("x-correlation-id"))
        .isEqualTo("my-id-1");
    for (var bad :
        List.of("a b", "a\"b", "${jndi:x}", "a%0d%0ab", "x".repeat(129), "\u001b[31m", "é", "")) {
      if (bad.startsWith("\u001b")) {
        continue; // refused with the request: a control character
      }
      var id = user("/api/assets", "x-correlation-id: " + bad).header("x-correlation-id");
      assertThat(Correlation.accepts(id)).isTrue();
      assertThat(id).isNotEqualTo(bad);
      assertThat(upstream.received().getLast().header("x-correlation-id")).isEqualTo(id);
    }
    var twice = user("/api/assets", "x-correlation-id: a", "x-correlation-id: b");
    assertThat(twice.header("x-correlation-id")).isNotIn("a", "b");
  }

  @Test
  void passesTheTraceContextAndShrinksTheDeadline() throws Exception {
    var traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    user(
        "/api/assets", "traceparent: " + traceparent, "baggage: a=b", "x-request-deadline-ms: 500");
    var got = upstream.received().getLast();
    assertThat(got.header("traceparent")).isEqualTo(traceparent);
    assertThat(got.header("baggage")).isEqualTo("a=b");
    assertThat(Integer.parseInt(got.header("x-request-deadline-ms"))).isBetween(1, 500);

    user("/api/assets", "traceparent: garbage");
    assertThat(upstream.received().getLast().all("traceparent")).isEmpty();
    assertThat(upstream.received().getLast().header("x-request-deadline-ms")).isEqualTo("30000");

    var before = upstream.received().size();
    assertThat(user("/api/assets", "x-request-deadline-ms: 0").status()).isEqualTo(504);
    assertThat(upstream.received()).hasSize(before);
  }

  @Test
  void headHasNoBodyAndTheNextAnswerIsItsOwn() throws Exception {
    upstream.answering(
        (request, out, _) ->
            out.write(
                RecordingUpstream.bytes(
                    request.requestLine().startsWith("HEAD")
                        ? "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"
                        : RecordingUpstream.OK)));
    try (var client = new RawClient(gateway.address())) {
      var head = client.send("HEAD /api/open HTTP/1.1\r\nHost: g\r\n\r\n").answer(true);
      assertThat(head.header("content-length")).isEqualTo("100");
      assertThat(client.send(get("/api/open")).answer().body()).isEqualTo("{}");
      assertThat(client.send("HEAD /api/nothing HTTP/1.1\r\nHost: g\r\n\r\n").answer(true).status())
          .isEqualTo(404);
      assertThat(client.send(get("/api/open")).answer().body()).isEqualTo("{}");
    }
  }
}
