package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is let through how often. */
final class RateLimitTest {
  /** So slow that nothing comes back during a test. */
  private static final RateLimit TEN = RateLimit.of(10, Duration.ofHours(10));

  private final RecordingUpstream upstream = new RecordingUpstream();
  private Gateway gateway = start(TEN);

  @AfterEach
  void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private Gateway start(RateLimit limit) {
    return Gateway.start(config(limit), new HopList());
  }

  private GatewayConfig config(RateLimit limit) {
    return GatewayConfig.of(
            List.of(
                Route.of("assets", upstream.url())
                    .withPublicAccess(true)
                    .withPolicies(RoutePolicies.NONE.withRateLimit(limit)),
                Route.of("people", upstream.url()).withPublicAccess(true)))
        .withPort(0)
        .withAuth(Auth.hs256(Minted.SECRET));
  }

  private void restart(RateLimit limit) {
    gateway.close();
    gateway = start(limit);
  }

  private RawClient.Answer get(String path, String headers) throws Exception {
    return RawClient.ask(gateway, "GET " + path + " HTTP/1.1\r\nHost: g\r\n" + headers + "\r\n");
  }

  private int status(String headers) throws Exception {
    return get("/api/assets/1", headers).status();
  }

  private static String as(String user, String organization) {
    return "Authorization: Bearer " + Minted.user(user, organization) + "\r\n";
  }

  @Test
  void whatIsBeyondIsToldWhenToComeBack() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(status("")).isEqualTo(200);
    }
    var refused = get("/api/assets/1", "");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(Integer.parseInt(refused.header("retry-after"))).isBetween(3590, 3600);
    assertThat(refused.header("content-type")).isEqualTo("application/problem+json");
    assertThat(refused.body()).contains("\"error\":\"Too many requests\"", "\"correlationId\"");
    assertThat(get("/api/people", "").status()).isEqualTo(200); // each route counts for itself
    assertThat(upstream.received()).hasSize(11);
  }

  @Test
  void ofTenTimesTheBurstAtOnceExactlyTheBurstIsLetThrough() throws Exception {
    var calls = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < 100; i++) {
      // neither a header nor the path's letters nor another prefix make another caller of one
      var header = "X-Forwarded-For: 10.0.0." + i + "\r\nx-user-id: u" + i + "\r\n";
      var path = i % 2 == 0 ? "/api/assets/A" : "/api-gateway/api/assets/a";
      calls.add(() -> get(path, header).status());
    }
    var admitted = 0;
    try (var threads = Executors.newFixedThreadPool(16)) {
      for (var call : threads.invokeAll(calls)) {
        admitted += call.get() == 200 ? 1 : 0;
      }
    }
    assertThat(admitted).isEqualTo(10);
    assertThat(upstream.received()).hasSize(10);
  }

  @Test
  void organizationsAreCountedAsTheyWereProved() throws Exception {
    restart(TEN.withBurst(2).withBy(RateLimit.By.ORGANIZATION));
    var spoofed = "x-organization-id: other\r\n";
    assertThat(status(as("ada", "acme"))).isEqualTo(200);
    assertThat(status(as("bob", "acme") + spoofed)).isEqualTo(200);
    assertThat(status(as("cleo", "acme") + spoofed)).isEqualTo(429);
    assertThat(status(as("dan", "other"))).isEqualTo(200);
    assertThat(status("")).isEqualTo(200); // nobody's: by its address
    assertThat(status("")).isEqualTo(200);
    assertThat(status("")).isEqualTo(429);
  }

  @Test
  void usersAndServicesAreCountedToo() throws Exception {
    restart(TEN.withBurst(1).withBy(RateLimit.By.USER));
    assertThat(status(as("ada", "acme"))).isEqualTo(200);
    assertThat(status(as("bob", "acme"))).isEqualTo(200);
    assertThat(status(as("ada", "acme"))).isEqualTo(429);
    restart(TEN.withBurst(1).withBy(RateLimit.By.SERVICE));
    var service = "Authorization: Bearer " + Minted.service("inventory") + "\r\n";
    assertThat(status(service)).isEqualTo(200);
    assertThat(status(service)).isEqualTo(429);
    assertThat(status(as("ada", "acme"))).isEqualTo(200); // no service: by its address
  }

  @Test
  void aHeaderDividesCallersAsTheyChoose() throws Exception {
    restart(TEN.withBurst(1).withByHeader("x-device"));
    assertThat(status("X-Device: 1\r\n")).isEqualTo(200);
    assertThat(status("X-Device: 1\r\n")).isEqualTo(429);
    assertThat(status("X-Device: 2\r\n")).isEqualTo(200);
  }

  @Test
  void whoGuessesTokensIsCountedByAddressBeforeTheyAreLookedAt() throws Exception {
    restart(TEN.withBurst(2));
    assertThat(status("Authorization: Bearer a.b.c\r\n")).isEqualTo(401);
    assertThat(status("Authorization: Bearer a.b.c\r\n")).isEqualTo(401);
    assertThat(status("Authorization: Bearer a.b.c\r\n")).isEqualTo(429);
  }

  @Test
  void aReloadThatLeavesTheLimitLeavesWhatWasCounted() throws Exception {
    restart(TEN.withBurst(1));
    assertThat(status("")).isEqualTo(200);
    gateway.reconfigure(
        config(TEN.withBurst(1)).withRoutes(withTimeout(config(TEN.withBurst(1)).routes())));
    assertThat(status("")).isEqualTo(429);
    gateway.reconfigure(config(TEN.withBurst(2)));
    assertThat(status("")).isEqualTo(200);
  }

  private static List<Route> withTimeout(List<Route> routes) {
    return routes.stream().map(it -> it.withTimeout(Duration.ofSeconds(7))).toList();
  }

  @Test
  void tokensComeBackAtTheirPace() {
    var second = TimeUnit.SECONDS.toNanos(1);
    for (var start : List.of(0L, Long.MAX_VALUE - second)) { // a clock that runs over, too
      var bucket = new TokenBucket(RateLimit.of(10, Duration.ofSeconds(1)).withBurst(3), 1, start);
      for (int i = 0; i < 3; i++) {
        assertThat(bucket.take(start)).isZero();
      }
      assertThat(bucket.take(start)).isEqualTo(second / 10);
      assertThat(bucket.take(start + second / 10)).isZero();
      assertThat(bucket.take(start + second / 10 + 1)).isEqualTo(second / 10 - 1);
      var admitted = 0;
      for (long at = start + second; at - (start + 11 * second) < 0; at += second / 1000) {
        admitted += bucket.take(at) == 0 ? 1 : 0;
      }
      assertThat(admitted).isEqualTo(100 + 2);
    }
  }

  @Test
  void aShareIsItsPartOfTheLimit() {
    var second = TimeUnit.SECONDS.toNanos(1);
    var share = new TokenBucket(RateLimit.of(100, Duration.ofSeconds(1)), 4, 0);
    var admitted = 0;
    for (int i = 0; i < 1000; i++) {
      admitted += share.take(0) == 0 ? 1 : 0;
    }
    assertThat(admitted).isEqualTo(25);
    assertThat(share.take(0)).isEqualTo(second / 25);
  }

  @Test
  void callersAreForgottenBeforeThereAreTooMany() {
    var callers = new RecentCallers<>(1_000, it -> new Object());
    var first = callers.get("first");
    for (int i = 0; i < 100_000; i++) {
      callers.get("rotating-" + i);
      assertThat(callers.get("first")).isSameAs(first); // who keeps calling is not
      assertThat(callers.size()).isLessThanOrEqualTo(1_001);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "2001:db8:0:7:1:2:3:4, 2001:db8:0:7",
    "2001:db8:0:7:ffff:2:3:9, 2001:db8:0:7",
    "fe80:0:0:0:1:2:3:4%eth0, fe80:0:0:0",
    "unknown, unknown"
  })
  void ofAnAddressTheNetworkCounts(String address, String network) {
    assertThat(RateLimitStep.network(address)).isEqualTo(network);
  }

  @Test
  void readsItFromTheFile() {
    var limit =
        GatewayConfig.parse(
                """
                routes:
                  - service: a
                    rate-limit: {requests: 100, per: 1m, burst: 20, by: "header:x-device", shared: true}
                """,
                "f.yaml")
            .routes()
            .getFirst()
            .policies()
            .rateLimit();
    assertThat(limit)
        .isEqualTo(
            RateLimit.of(100, Duration.ofMinutes(1))
                .withBurst(20)
                .withByHeader("x-device")
                .withShared(true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{per: 1m} | requests | is missing",
        "{requests: 5} | per | is missing",
        "{requests: 0, per: 1s} | rate-limit | requests must be 1 to 1000000",
        "{requests: 5, per: 25h} | rate-limit | per must be 1ms to a day",
        "{requests: 5, per: 1s, burst: 0} | rate-limit | burst must be 1",
        "{requests: 5, per: 1s, by: moon} | rate-limit | by must be organization, user",
        "{requests: 5, per: 1s, by: 'header:X Y'} | rate-limit | header:NAME in lower case",
        "{requests: 5, per: 1s, every: 2} | every | is not known here"
      })
  void saysWhatIsWrongInTheFile(String limit, String key, String sentence) {
    assertThatThrownBy(
            () ->
                GatewayConfig.parse(
                    "routes:\n  - service: a\n    rate-limit: " + limit + "\n", "f.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("f.yaml:")
        .hasMessageContaining(key)
        .hasMessageContaining(sentence);
  }

  @Test
  void aSharedLimitNeedsAStore() {
    gateway.close();
    assertThatThrownBy(() -> start(TEN.withShared(true)))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("The route of assets shares its rate limit");
  }
}
