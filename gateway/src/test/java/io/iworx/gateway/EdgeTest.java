package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients see apart from forwarding: CORS, health, spoofed headers, slow clients. */
final class EdgeTest {
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final Gateway gateway =
      Gateway.start(
          GatewayConfig.of(
                  List.of(
                      Route.of("open", upstream.url()).withPublicAccess(true),
                      Route.of("assets", upstream.url()).withForwardAuthorization(false),
                      Route.of("gone", null)))
              .withPort(0)
              .withAuth(Auth.hs256(Minted.SECRET))
              .withCors(new Cors(List.of("http://localhost:*", "https://app.example.com")))
              .withLimits(
                  Limits.DEFAULT
                      .withMaxConnections(3)
                      .withClientTimeouts(
                          Duration.ofMillis(300), Duration.ofMillis(300), Duration.ofMillis(300))),
          new HopList());

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private RawClient.Answer get(String path, String headers) throws Exception {
    return RawClient.ask(gateway, "GET " + path + " HTTP/1.1\r\nHost: g\r\n" + headers + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:3000", "http://localhost", "https://app.example.com"})
  void allowsConfiguredOrigins(String origin) throws Exception {
    var preflight =
        RawClient.ask(
            gateway,
            "OPTIONS /api/assets/1 HTTP/1.1\r\nHost: g\r\nOrigin: "
                + origin
                + "\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
    assertThat(preflight.status()).isEqualTo(204);
    assertThat(preflight.header("access-control-allow-origin")).isEqualTo(origin);
    assertThat(preflight.header("access-control-allow-methods"))
        .isEqualTo("GET, POST, PUT, PATCH, DELETE, OPTIONS");
    assertThat(preflight.header("access-control-allow-headers"))
        .contains("apikey", "x-correlation-id", "idempotency-key");
    assertThat(preflight.header("x-correlation-id")).isNotEmpty();

    var answer = get("/api/open", "Origin: " + origin + "\r\n");
    assertThat(answer.header("access-control-allow-origin")).isEqualTo(origin);
    assertThat(answer.header("access-control-expose-headers"))
        .isEqualTo("x-correlation-id, retry-after");
    assertThat(
            get("/api/assets", "Origin: " + origin + "\r\n").header("access-control-allow-origin"))
        .isEqualTo(origin); // a refusal can be read too
    assertThat(upstream.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "null",
        "https://localhost:3000",
        "http://localhost.evil.example",
        "http://localhost:3000.evil.example",
        "http://localhost:3000@evil.example",
        "http://localhost:",
        "http://xlocalhost:3000",
        "https://app.example.com.evil",
        "https://app.example.com:444",
        "http://app.example.com",
        "*",
      })
  void tellsOtherOriginsNothing(String origin) throws Exception {
    for (var method : List.of("OPTIONS", "GET")) {
      var answer =
          RawClient.ask(
              gateway, method + " /api/open HTTP/1.1\r\nHost: g\r\nOrigin: " + origin + "\r\n\r\n");
      assertThat(answer.headers()).noneMatch(it -> it.startsWith("access-control"));
      assertThat(String.join(",", answer.all("vary"))).containsIgnoringCase("origin");
    }
  }

  @Test
  void tellsHealthFromBackgroundChecks() throws Exception {
    await().until(() -> gateway.health().services().get("open") == Health.State.HEALTHY);
    for (var path : List.of("/health", "/api/health", "/api-gateway/api/health")) {
      var answer = get(path, "");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body())
          .startsWith("{\"status\":\"healthy\",\"timestamp\":\"")
          .endsWith(
              "\"services\":{\"open\":\"healthy\",\"assets\":\"healthy\",\"gone\":\"unavailable\"}}");
    }
    assertThat(upstream.received()).isEmpty();
    assertThat(RawClient.ask(gateway, "POST /health HTTP/1.1\r\nHost: g\r\n\r\n").status())
        .isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-User-Id: evil",
        "x-USER-id: evil",
        "x_user_id: evil",
        "X-User_Id: evil",
        "x-user-id: evil\r\nx-user-id: evil",
        "x-user-id: evil \t",
        "X-Organization-Id: evil",
        "x_organization_id: evil",
        "x-cross-project-access: evil",
        "X-Cross_Project_Access: evil",
        "x-calling-service: evil",
        "x-causation-id: evil",
        "x-attempt: evil",
        "x-iworx-identity: evil",
        "X-Forwarded-For: evil",
        "X-Forwarded-Host: evil",
        "X-Forwarded-Proto: evil",
        "X-Forwarded-Prefix: evil",
        "Forwarded: host=evil",
        "X-Original-URL: /evil",
        "X-Rewrite-URL: /evil",
        "X-HTTP-Method-Override: EVIL",
        "X-Real-IP: evil",
        "Connection: x-evil\r\nX-Evil: 1",
        "Keep-Alive: evil",
        "Proxy-Authorization: evil",
        "Upgrade: evil",
        "TE: evil",
      })
  void spoofedHeadersReachNobody(String headers) throws Exception {
    var token = "Authorization: Bearer " + Minted.user("u-1", "o-1") + "\r\n";
    for (var request : List.of("/api/open", "/api/assets")) {
      assertThat(get(request, headers + "\r\n" + token).status()).isEqualTo(200);
      var got = upstream.received().getLast();
      assertThat(String.join("\n", got.head())).doesNotContainIgnoringCase("evil");
      assertThat(got.header("x-user-id")).isEqualTo("u-1");
      assertThat(got.header("x-organization-id")).isEqualTo("o-1");
    }
    assertThat(get("/api/open", headers + "\r\n").status()).isEqualTo(200);
    var got = upstream.received().getLast();
    assertThat(String.join("\n", got.head())).doesNotContainIgnoringCase("evil");
    assertThat(got.all("x-user-id")).isEmpty();
    assertThat(got.all("x-organization-id")).isEmpty();
  }

  @Test
  void namingAHeaderInConnectionDoesNotRemoveTheGatewaysOwn() throws Exception {
    get(
        "/api/open",
        "Connection: x-user-id, x-organization-id, x-correlation-id, x-calling-service, host\r\n"
            + "Authorization: Bearer "
            + Minted.user("u-1", "o-1")
            + "\r\n");
    var got = upstream.only();
    assertThat(got.header("x-user-id")).isEqualTo("u-1");
    assertThat(got.header("x-organization-id")).isEqualTo("o-1");
    assertThat(got.header("x-correlation-id")).isNotEmpty();
    assertThat(got.header("x-calling-service")).isEqualTo("external");
    assertThat(got.header("host")).contains("127.0.0.1");
  }

  @Test
  void keepsCredentialsFromServicesThatMustNotSeeThem() throws Exception {
    var headers = "apikey: k\r\nAuthorization: bearer " + Minted.user("u", "o") + "\r\n";
    var answer = get("/api/assets", headers);
    assertThat(upstream.received().getLast().all("authorization")).isEmpty();
    assertThat(upstream.received().getLast().all("apikey")).isEmpty();
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    get("/api/open", headers);
    assertThat(upstream.received().getLast().header("apikey")).isEqualTo("k");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Bearer\tx.y.z",
        "Authorization: Bearer",
        "Authorization: Bearer a b",
        "Authorization: Basic dTpw",
        "Authorization: x",
      })
  void onlyABearerTokenProvesAnything(String header) throws Exception {
    assertThat(get("/api/assets?access_token=" + Minted.user("u", "o"), header + "\r\n").status())
        .isEqualTo(401);
  }

  @Test
  void refusesTwoAuthorizationsAndDoubledAssertions() throws Exception {
    var user = "Authorization: Bearer " + Minted.user("u", "o") + "\r\n";
    assertThat(get("/api/open", user + user).status()).isEqualTo(400);
    var service = "Authorization: Bearer " + Minted.service("s") + "\r\n";
    assertThat(get("/api/open", service + "x-user-id: a\r\nx-user-id: b\r\n").status())
        .isEqualTo(400);
    assertThat(get("/api/open", service + "x-user-id: a b\r\n").status()).isEqualTo(400);
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void slowHeadsAndBodiesAre408AndIdleConnectionsClose() throws Exception {
    try (var head = new RawClient(gateway.address());
        var body = new RawClient(gateway.address());
        var idle = new RawClient(gateway.address())) {
      head.send("GET /api/open HTTP/1.1\r\nHost:");
      body.send("POST /api/open HTTP/1.1\r\nHost: g\r\nContent-Length: 10\r\n\r\nhello");
      assertThat(head.answer().status()).isEqualTo(408);
      assertThat(head.isClosed()).isTrue();
      assertThat(body.answer().status()).isEqualTo(408);
      assertThat(body.isClosed()).isTrue();
      assertThat(idle.isClosed()).isTrue();
    }
  }

  @Test
  void refusesConnectionsBeyondTheLimitAndRecovers() throws Exception {
    try (var one = new RawClient(gateway.address());
        var two = new RawClient(gateway.address());
        var three = new RawClient(gateway.address())) {
      for (var client : List.of(one, two, three)) {
        client.send("GET /api/nothing HTTP/1.1\r\nHost: g\r\n\r\n");
        assertThat(client.answer().status()).isEqualTo(404);
      }
      try (var four = new RawClient(gateway.address())) {
        assertThat(four.answer().status()).isEqualTo(503);
      }
    }
    await().ignoreExceptions().until(() -> get("/api/open", "").status() == 200);
  }
}
