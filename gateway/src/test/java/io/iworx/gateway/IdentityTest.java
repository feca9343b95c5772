package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Identity;
import io.iworx.correlation.IdentityToken;
import io.iworx.gateway.spi.IdentityLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who callers are besides what their tokens say, what routes require, and what services are told.
 */
final class IdentityTest {
  private static final String QUERY = "SELECT organization_id FROM people WHERE id = ?";

  private final RecordingUpstream upstream = new RecordingUpstream();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile IdentityLookup lookup = (_, _) -> Optional.empty();
  private @Nullable Gateway gateway;

  @AfterEach
  void stop() throws Exception {
    if (gateway != null) {
      gateway.close();
    }
    upstream.close();
  }

  private void start(Auth auth, Requirement requirement) {
    var route =
        Route.of("assets", upstream.url())
            .withPolicies(RoutePolicies.NONE.withRequirement(requirement));
    gateway =
        Gateway.start(
            GatewayConfig.of(
                    List.of(route, Route.of("open", upstream.url()).withPublicAccess(true)))
                .withPort(0)
                .withAuth(auth.withHs256Secret(Minted.SECRET)),
            GatewayParts.of(new HopList())
                .withIdentityLookup(
                    (query, subject) -> {
                      asked.incrementAndGet();
                      return lookup.find(query, subject);
                    }));
  }

  private RawClient.Answer get(String path, String headers) throws Exception {
    return RawClient.ask(
        Objects.requireNonNull(gateway),
        "GET " + path + " HTTP/1.1\r\nHost: g\r\n" + headers + "\r\n");
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  private static String claims(String more) {
    return bearer(Minted.hs256("{\"sub\":\"ada\",\"exp\":" + Minted.LATER + "," + more + "}"));
  }

  // --- what a route requires

  @Test
  void aRouteTakesOnlyWhoHasOneOfItsRoles() throws Exception {
    start(Auth.NONE, Requirement.ofRoles("planner", "admin"));
    assertThat(get("/api/assets", "").status()).isEqualTo(401);
    assertThat(get("/api/assets", claims("\"role\":\"authenticated\"")).status()).isEqualTo(403);
    assertThat(get("/api/assets", claims("\"user_metadata\":{\"role\":\"admin\"}")).status())
        .isEqualTo(403);
    assertThat(get("/api/assets", bearer(Minted.service("x"))).status()).isEqualTo(403);
    assertThat(upstream.received()).isEmpty();
    assertThat(get("/api/assets", claims("\"role\":\"admin\"")).status()).isEqualTo(200);
    assertThat(get("/api/assets", claims("\"roles\":[\"x\",\"planner\"]")).status()).isEqualTo(200);
    assertThat(get("/api/assets", claims("\"app_metadata\":{\"roles\":[\"admin\"]}")).status())
        .isEqualTo(200);
  }

  @Test
  void aRouteTakesOnlyWhoHasItsClaims() throws Exception {
    start(Auth.NONE, Requirement.NONE.withClaims(Map.of("site", "north", "level", "3")));
    assertThat(get("/api/assets", claims("\"site\":\"north\"")).status()).isEqualTo(403);
    var refused = get("/api/assets", claims("\"site\":\"north\",\"level\":4"));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("\"error\":\"Forbidden\"");
    assertThat(get("/api/assets", claims("\"site\":[\"south\",\"north\"],\"level\":3")).status())
        .isEqualTo(200);
    assertThat(
            get("/api/assets", claims("\"level\":\"3\",\"app_metadata\":{\"site\":\"north\"}"))
                .status())
        .isEqualTo(200);
  }

  // --- API keys

  @Test
  void anApiKeyIsAsGoodAsATokenWhereItIsConfigured() throws Exception {
    var importer =
        new ApiKey(ApiKeys.sha256("s3cret-key"), "importer", null, "acme", Set.of("admin"));
    var kiosk = new ApiKey(ApiKeys.sha256("kiosk-key"), null, "kiosk-1", "acme", Set.of());
    start(Auth.NONE.withApiKeys(List.of(importer, kiosk)), Requirement.ofRoles("admin"));
    assertThat(get("/api/assets", "apikey: wrong\r\n").status()).isEqualTo(401);
    assertThat(get("/api/assets", "apikey: s3cret-key\r\napikey: s3cret-key\r\n").status())
        .isEqualTo(401);
    assertThat(get("/api/assets", "apikey: kiosk-key\r\n").status()).isEqualTo(403);
    assertThat(get("/api/assets", "apikey: s3cret-key\r\nx-user-id: evil\r\n").status())
        .isEqualTo(200);
    var first = upstream.only();
    assertThat(first.header("x-calling-service")).isEqualTo("importer");
    assertThat(first.header("x-organization-id")).isEqualTo("acme");
    assertThat(first.all("x-user-id")).isEmpty();
    get("/api/open", "apikey: kiosk-key\r\n");
    assertThat(upstream.received().getLast().header("x-user-id")).isEqualTo("kiosk-1");
    get("/api/open", "apikey: s3cret-key\r\n" + bearer(Minted.user("ada", "acme")));
    assertThat(upstream.received().getLast().header("x-user-id")).isEqualTo("ada"); // the token's
  }

  // --- identity.lookup

  @Test
  void aUserWithoutAnOrganizationIsLookedUpOnce() throws Exception {
    lookup =
        (query, subject) ->
            query.equals(QUERY) && subject.equals("ada")
                ? Optional.of(new IdentityLookup.Found("acme", true))
                : Optional.empty();
    start(Auth.NONE.withLookup(QUERY), Requirement.NONE);
    for (int i = 0; i < 3; i++) {
      assertThat(get("/api/assets", claims("\"x\":" + i)).status()).isEqualTo(200);
    }
    assertThat(upstream.received().getLast().header("x-organization-id")).isEqualTo("acme");
    assertThat(upstream.received().getLast().header("x-cross-project-access")).isEqualTo("true");
    assertThat(asked).hasValue(1);
    get("/api/assets", bearer(Minted.user("bob", "other"))); // says it himself
    assertThat(upstream.received().getLast().header("x-organization-id")).isEqualTo("other");
    assertThat(asked).hasValue(1);
    get("/api/assets", bearer(Minted.hs256("{\"sub\":\"eve\",\"exp\":" + Minted.LATER + "}")));
    assertThat(upstream.received().getLast().all("x-organization-id")).isEmpty();
  }

  @Test
  void whoCannotBeLookedUpIsRefused() throws Exception {
    lookup =
        (_, _) -> {
          throw new IllegalStateException("the database is away");
        };
    start(Auth.NONE.withLookup(QUERY), Requirement.NONE);
    assertThat(get("/api/assets", claims("\"x\":1")).status()).isEqualTo(503);
    lookup = (_, _) -> Optional.of(new IdentityLookup.Found("a,b", false));
    assertThat(get("/api/open", claims("\"x\":1")).status()).isEqualTo(503);
    assertThat(upstream.received()).isEmpty();
    lookup = (_, _) -> Optional.of(new IdentityLookup.Found("acme", false));
    assertThat(get("/api/assets", claims("\"x\":1")).status()).isEqualTo(200);
  }

  @Test
  void manyWhoWaitForOneUserAskOnce() throws Exception {
    var go = new CountDownLatch(1);
    lookup =
        (_, _) -> {
          try {
            go.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Optional.of(new IdentityLookup.Found("acme", false));
        };
    start(Auth.NONE.withLookup(QUERY), Requirement.NONE);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers =
          IntStream.range(0, 20)
              .mapToObj(i -> threads.submit(() -> get("/api/assets", claims("\"x\":" + i))))
              .toList();
      await().until(() -> asked.get() > 0);
      go.countDown();
      for (Future<RawClient.Answer> answer : answers) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
    assertThat(asked).hasValue(1);
  }

  // --- x-iworx-identity

  @Test
  void servicesAreToldWithASignature() throws Exception {
    var keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    start(Auth.NONE.withIdentityKey(keys.getPrivate()), Requirement.NONE);
    get("/api/open", "x-iworx-identity: forged\r\nx_iworx_identity: forged\r\n");
    assertThat(upstream.only().all("x-iworx-identity")).isEmpty(); // nobody's request
    var user = bearer(Minted.user("ada", "acme"));
    get("/api/assets", user + "x-iworx-identity: forged\r\n");
    var text = upstream.received().getLast().header("x-iworx-identity");
    var token = IdentityToken.verify(text, List.of(keys.getPublic())).orElseThrow();
    var now = Clock.systemUTC().instant();
    assertThat(token.identity()).isEqualTo(Identity.of("ada", "acme"));
    assertThat(token.callingService()).isEqualTo("external");
    assertThat(token.audience()).isEqualTo("assets");
    assertThat(token.expires()).isBetween(now.plusSeconds(30), now.plusSeconds(61));
    get("/api/assets", user);
    assertThat(upstream.received().getLast().header("x-iworx-identity")).isEqualTo(text);
    get("/api/open", user); // another service: another audience
    assertThat(upstream.received().getLast().header("x-iworx-identity")).isNotEqualTo(text);
    get("/api/assets", bearer(Minted.service("people")) + "x-user-id: bob\r\n");
    var asserted = upstream.received().getLast().header("x-iworx-identity");
    var ofService = IdentityToken.verify(asserted, List.of(keys.getPublic())).orElseThrow();
    assertThat(ofService.identity().userId()).isEqualTo("bob");
    assertThat(ofService.callingService()).isEqualTo("people");
  }

  // --- the file

  @Test
  void readsItAllFromTheFile(@TempDir Path folder) throws Exception {
    var keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Files.writeString(folder.resolve("key.pem"), pem(keys));
    Files.writeString(
        folder.resolve("iworx.yaml"),
        """
        auth:
          api-keys:
            - sha256: %s
              service: importer
              roles: [reader]
        identity:
          lookup: SELECT organization_id FROM people WHERE id = ?
          key-file: key.pem
        routes:
          - service: assets
            require: {roles: [admin], claims: {site: north}}
        """
            .formatted(ApiKeys.sha256("k")));
    var config = GatewayConfig.load(folder.resolve("iworx.yaml"));
    assertThat(config.auth().lookup()).isEqualTo(QUERY);
    assertThat(config.auth().identityKey()).isEqualTo(keys.getPrivate());
    assertThat(config.auth().apiKeys().getFirst().service()).isEqualTo("importer");
    assertThat(config.routes().getFirst().policies().requirement())
        .isEqualTo(Requirement.ofRoles("admin").withClaims(Map.of("site", "north")));
    assertThat(config.auth().toString()).doesNotContain(ApiKeys.sha256("k"), "PrivateKey");
  }

  private static String pem(KeyPair keys) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  @Test
  void saysWhatIsWrongInTheFile() {
    assertWrong("identity: {lookup: SELECT 1}", "identity.lookup", "must have one ?");
    assertWrong("identity: {key-file: nowhere.pem}", "identity.key-file", "cannot be read");
    assertWrong("identity: {key: x}", "identity.key", "is not known here");
    assertWrong(
        "auth: {api-keys: [{sha256: abc, service: a}]}", "api-keys[0]", "64 hexadecimal digits");
    assertWrong(
        "auth: {api-keys: [{sha256: " + ApiKeys.sha256("k") + "}]}",
        "api-keys[0]",
        "must name a service or a user");
    assertWrong("routes: [{service: a, require: {role: x}}]", "require.role", "is not known here");
  }

  private static void assertWrong(String yaml, String key, String sentence) {
    assertThatThrownBy(() -> GatewayConfig.parse(yaml, "f.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining(sentence);
  }

  @Test
  void aLookupNeedsSomebodyWhoAnswers() {
    assertThatThrownBy(
            () ->
                Gateway.start(
                    GatewayConfig.of(List.of()).withPort(0).withAuth(Auth.NONE.withLookup(QUERY)),
                    new HopList()))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("The configuration has identity.lookup");
  }
}
