package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request with an idempotency key happens once, on routes that say so. */
final class IdempotencyTest {
  private static final String CREATED =
      "HTTP/1.1 201 Created\r\nset-cookie: a=1\r\nset-cookie: b=2\r\nlocation: /7\r\n"
          + "content-type: application/json\r\ncontent-length: 8\r\n\r\n{\"id\":7}";

  private final RecordingUpstream upstream = new RecordingUpstream().answering(CREATED);
  private final RememberedKeys keys = new RememberedKeys();
  private final Gateway gateway =
      Gateway.start(
          GatewayConfig.of(
                  List.of(
                      marked("assets", upstream.url()),
                      marked("gone", URI.create("http://127.0.0.1:1")),
                      Route.of("plain", upstream.url())))
              .withPort(0)
              .withAuth(Auth.hs256(Minted.SECRET)),
          GatewayParts.of(new HopList()).withIdempotencyStore(keys));

  private static Route marked(String service, URI target) {
    return Route.of(service, target)
        .withPublicAccess(true)
        .withRetries(RetryOptions.DEFAULT)
        .withPolicies(RoutePolicies.NONE.withIdempotency(true));
  }

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private static String post(String path, String user, String key, String body) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer "
        + Minted.user(user, "acme")
        + "\r\nidempotency-key: "
        + key
        + "\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private RawClient.Answer ask(String request) throws Exception {
    return RawClient.ask(gateway, request);
  }

  private RawClient.Answer ask(String key, String body) throws Exception {
    return ask(post("/api/assets", "ada", key, body));
  }

  @Test
  void aRepetitionGetsTheFirstAnswerAndTheServiceNothing() throws Exception {
    var first = ask("k", "{}");
    var again = ask("k", "{}");
    assertThat(first.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.body()).isEqualTo("{\"id\":7}");
    assertThat(again.all("set-cookie")).containsExactly("a=1", "b=2");
    assertThat(again.header("location")).isEqualTo("/7");
    assertThat(again.header("content-type")).isEqualTo("application/json");
    assertThat(again.header("idempotency-replayed")).isEqualTo("true");
    assertThat(first.all("idempotency-replayed")).isEmpty();
    assertThat(again.header("x-correlation-id")).isNotEqualTo(first.header("x-correlation-id"));
    assertThat(upstream.only().body()).isEqualTo("{}");
    assertThat(upstream.only().header("idempotency-key")).isEqualTo("k");
  }

  @Test
  void aRefusalOfTheServiceIsAnAnswerToo() throws Exception {
    upstream.answering("HTTP/1.1 204 No Content\r\n\r\n");
    assertThat(ask("k", "").status()).isEqualTo(204);
    assertThat(ask("k", "").status()).isEqualTo(204);
    upstream.answering("HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\n{}");
    assertThat(ask("k2", "").status()).isEqualTo(409);
    assertThat(ask("k2", "").header("idempotency-replayed")).isEqualTo("true");
    assertThat(upstream.received()).hasSize(2);
  }

  @Test
  void anotherRequestWithTheKeyIsRefused() throws Exception {
    ask("k", "{}");
    assertThat(ask("k", "{\"x\":1}").status()).isEqualTo(422);
    assertThat(ask(post("/api/assets?x=1", "ada", "k", "{}")).status()).isEqualTo(422);
    assertThat(ask(post("/api/assets/1", "ada", "k", "{}")).status()).isEqualTo(422);
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void aKeyIsItsUsersAndIsAskedForOnlyAfterTheToken() throws Exception {
    ask("k", "{}");
    assertThat(ask(post("/api/assets", "bob", "k", "{\"other\":1}")).status()).isEqualTo(201);
    var expired = post("/api/assets", "ada", "k", "{}").replace("Bearer ", "Bearer x");
    assertThat(ask(expired).status()).isEqualTo(401);
    var anonymous =
        "POST /api/assets HTTP/1.1\r\nHost: g\r\nidempotency-key: k\r\nContent-Length: 0\r\n\r\n";
    assertThat(ask(anonymous).all("idempotency-replayed")).isEmpty();
    assertThat(ask(anonymous).all("idempotency-replayed")).isEmpty();
    assertThat(upstream.received()).hasSize(4);
  }

  @Test
  void whileTheFirstIsUnderWayOthersAreToldSo() throws Exception {
    var arrived = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    upstream.answering(
        (_, out, _) -> {
          arrived.countDown();
          go.await();
          out.write(RecordingUpstream.bytes(CREATED));
        });
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var first = threads.submit(() -> ask("k", "{}"));
      arrived.await();
      var second = ask("k", "{}");
      assertThat(second.status()).isEqualTo(409);
      assertThat(second.body()).contains("is under way");
      go.countDown();
      assertThat(first.get().status()).isEqualTo(201);
    }
    assertThat(ask("k", "{}").status()).isEqualTo(201);
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void whatWasNeverSentLeavesTheKeyFree() throws Exception {
    assertThat(ask(post("/api/gone", "ada", "k", "{}")).status()).isEqualTo(503);
    await().until(() -> keys.size() == 0);
    upstream.answering("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}");
    assertThat(ask("k", "{}").status()).isEqualTo(503); // says that it did nothing
    await().until(() -> keys.size() == 0);
  }

  @Test
  void whatMayHaveHappenedKeepsTheKeyAndSaysSo() throws Exception {
    upstream.answering((_, _, socket) -> socket.close());
    var lost = ask("k", "{}");
    assertThat(lost.status()).isEqualTo(502);
    assertThat(lost.body()).contains("\"idempotencyKey\":\"Whether the request took effect");
    await().until(keys::settled);
    var again = ask("k", "{}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body()).contains("took effect is not known");
    assertThat(upstream.received()).hasSize(1); // and the gateway did not repeat it itself
  }

  @Test
  void aClientThatLeavesLeavesTheKeyUnknown() throws Exception {
    var arrived = new CountDownLatch(1);
    upstream.answering((_, _, _) -> arrived.countDown());
    try (var client = new RawClient(gateway.address())) {
      client.send(post("/api/assets", "ada", "k", "{}"));
      arrived.await();
    }
    await().until(() -> keys.size() == 1 && keys.settled());
    assertThat(ask("k", "{}").body()).contains("took effect is not known");
  }

  @Test
  void aLargeAnswerPassesAndIsNotKept() throws Exception {
    var large = "x".repeat((1 << 20) + 1);
    upstream.answering("HTTP/1.1 200 OK\r\ncontent-length: " + large.length() + "\r\n\r\n" + large);
    assertThat(ask("k", "{}").body()).hasSize(large.length());
    var again = ask("k", "{}");
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.body()).contains("is done", "\"originalStatus\":200");
    upstream.answering(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 2\r\n\r\n\n\n");
    assertThat(ask("k2", "{}").status()).isEqualTo(200);
    assertThat(ask("k2", "{}").body()).contains("is done");
    assertThat(upstream.received()).hasSize(2);
  }

  @Test
  void aBodyOfUpToAMebibyteIsReadBeforeAnythingGoesOut() throws Exception {
    var most = "x".repeat(1 << 20);
    assertThat(ask("k", most).status()).isEqualTo(201);
    assertThat(upstream.only().body()).isEqualTo(most);
    assertThat(ask("k2", most + "x").status()).isEqualTo(413);
    var chunk = "10000\r\n" + "x".repeat(1 << 16) + "\r\n";
    var chunked =
        post("/api/assets", "ada", "k3", "")
            .replace("Content-Length: 0", "Transfer-Encoding: chunked");
    assertThat(ask(chunked + chunk + "0\r\n\r\n").status()).isEqualTo(201);
    assertThat(upstream.received().getLast().body()).hasSize(1 << 16);
    try (var client = new RawClient(gateway.address())) {
      client.send(chunked.replace("k3", "k4"));
      for (int i = 0; i < 17; i++) {
        client.send(chunk);
      }
      assertThat(client.answer().status()).isEqualTo(413);
    }
    assertThat(upstream.received()).hasSize(2);
    assertThat(keys.size()).isEqualTo(2);
  }

  @Test
  void aClientThatWaitsToBeAskedForTheBodyIsAsked() throws Exception {
    try (var client = new RawClient(gateway.address())) {
      client.send(
          post("/api/assets", "ada", "k", "{}")
              .replace("Host: g\r\n", "Host: g\r\nExpect: 100-continue\r\n")
              .replaceAll("\\{}$", ""));
      assertThat(client.answer().status()).isEqualTo(100);
      client.send("{}");
      assertThat(client.answer().status()).isEqualTo(201);
    }
  }

  @Test
  void whileTheStoreIsDownNothingIsForwarded() throws Exception {
    keys.down(true);
    var refused = ask("k", "{}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body()).contains("Idempotency keys cannot be kept");
    assertThat(upstream.received()).isEmpty();
    assertThat(ask(post("/api/plain", "ada", "k", "{}")).status()).isEqualTo(201);
    keys.down(false);
    assertThat(ask("k", "{}").status()).isEqualTo(201);
  }

  @Test
  void aKeyIsGivenOnceAndWellFormed() throws Exception {
    for (var key : List.of("a\r\nidempotency-key: b", "x".repeat(256), "a b", "")) {
      assertThat(ask(key, "{}").status()).isEqualTo(400);
    }
    var get = post("/api/assets", "ada", "k", "").replace("POST", "GET");
    assertThat(ask(get).status()).isEqualTo(201); // repeats itself without harm: no key needed
    assertThat(keys.size()).isZero();
  }

  @Test
  void needsAStore() {
    assertThatThrownBy(
            () ->
                Gateway.start(
                    GatewayConfig.parse(
                        "gateway: {port: 0}\nroutes:\n  - service: a\n    idempotency: true\n",
                        "f"),
                    new HopList()))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("The route of a keeps idempotency keys");
  }
}
