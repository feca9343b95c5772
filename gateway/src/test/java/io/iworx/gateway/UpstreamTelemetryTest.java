package io.iworx.gateway;

import static io.iworx.gateway.UpstreamTelemetry.ADDRESS;
import static io.iworx.gateway.UpstreamTelemetry.PORT;
import static io.iworx.gateway.UpstreamTelemetry.STATE;
import static io.iworx.gateway.UpstreamTelemetry.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.gateway.spi.LimitStore;
import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gateway tells OpenTelemetry of the services behind it and of its stores. */
final class UpstreamTelemetryTest {
  private static final String GET = "GET /api/assets HTTP/1.1\r\nHost: g\r\n\r\n";

  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
          .build();
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var each : open.reversed()) {
      each.close();
    }
    upstream.close();
    sdk.close();
  }

  private Gateway gateway(GatewayParts parts, Route... routes) {
    var gateway =
        Gateway.start(
            GatewayConfig.of(List.of(routes)).withAuth(Auth.hs256(Minted.SECRET)).withPort(0),
            parts.withOpenTelemetry(sdk));
    open.add(gateway);
    return gateway;
  }

  private static GatewayParts parts() {
    return GatewayParts.of(TraceRecorder.none());
  }

  private Route route() {
    return Route.of("assets", upstream.url()).withPublicAccess(true);
  }

  private Collection<LongPointData> points(String name) {
    return metrics.collectAllMetrics().stream()
        .filter(it -> it.getName().equals(name))
        .findFirst()
        .<Collection<LongPointData>>map(
            it ->
                new ArrayList<>(
                    name.equals(UpstreamTelemetry.REQUESTS)
                        ? it.getLongSumData().getPoints()
                        : it.getLongGaugeData().getPoints()))
        .orElse(List.of());
  }

  private long value(String name, Attributes attributes) {
    return points(name).stream()
        .filter(it -> it.getAttributes().equals(attributes))
        .mapToLong(LongPointData::getValue)
        .findFirst()
        .orElse(-1);
  }

  private Attributes target(@Nullable String state) {
    var attributes =
        Attributes.builder()
            .put(GatewayTelemetry.ROUTE, "/api/assets")
            .put(ADDRESS, "127.0.0.1")
            .put(PORT, (long) upstream.port());
    return state == null ? attributes.build() : attributes.put(STATE, state).build();
  }

  private long store(String name) {
    return value(UpstreamTelemetry.STORE_UP, Attributes.of(STORE, name));
  }

  @Test
  void whatIsUnderWayAndWhatWaits() throws Exception {
    var release = new CountDownLatch(1);
    upstream.answering(
        (_, out, _) -> {
          release.await();
          out.write(RecordingUpstream.bytes(RecordingUpstream.OK));
        });
    var bounds = UpstreamOptions.DEFAULT.withConnections(1, 10);
    var gateway = gateway(parts(), route().withUpstream(bounds));
    for (int i = 0; i < 3; i++) {
      var client = new RawClient(gateway.address());
      open.add(client);
      client.send(GET);
    }
    await().until(() -> value(UpstreamTelemetry.WAITING, target(null)) == 2);
    assertThat(value(UpstreamTelemetry.REQUESTS, target(null))).isEqualTo(3);
    assertThat(value(UpstreamTelemetry.CONNECTIONS, target(null))).isEqualTo(1);
    release.countDown();
    await().until(() -> value(UpstreamTelemetry.REQUESTS, target(null)) == 0);
    assertThat(value(UpstreamTelemetry.WAITING, target(null))).isZero();
  }

  @Test
  void theStateOfATargetAndOfTheCircuit() throws Exception {
    upstream.answering("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    var ejection = UpstreamOptions.DEFAULT.withEjection(1, Duration.ofMinutes(1));
    var gateway = gateway(parts(), route().withUpstream(ejection));
    var service = Attributes.of(GatewayTelemetry.ROUTE, "/api/assets");
    assertThat(value(UpstreamTelemetry.TARGETS, target("live"))).isEqualTo(1);
    assertThat(value(UpstreamTelemetry.TARGETS, target("ejected"))).isZero();
    assertThat(value(UpstreamTelemetry.CIRCUIT_OPEN, service)).isZero();
    RawClient.ask(gateway, GET);
    assertThat(value(UpstreamTelemetry.TARGETS, target("live"))).isZero();
    assertThat(value(UpstreamTelemetry.TARGETS, target("ejected"))).isEqualTo(1);
    assertThat(value(UpstreamTelemetry.CIRCUIT_OPEN, service)).isEqualTo(1);
  }

  @Test
  void noMoreTargetsAreToldApartThanMayBe() {
    var targets =
        IntStream.range(1, UpstreamTelemetry.MOST_TARGETS + 50)
            .mapToObj(i -> URI.create("http://127.0.0.1:" + i))
            .toList();
    gateway(parts(), Route.of("many", null).withTargets(targets));
    assertThat(points(UpstreamTelemetry.CONNECTIONS))
        .hasSize(UpstreamTelemetry.MOST_TARGETS + 1)
        .anyMatch(it -> "_OTHER".equals(it.getAttributes().get(ADDRESS)));
  }

  @Test
  void whetherTheStoreOfIdempotencyKeysAnswers() throws Exception {
    var keys = new RememberedKeys();
    var policies = RoutePolicies.NONE.withIdempotency(true);
    var gateway = gateway(parts().withIdempotencyStore(keys), route().withPolicies(policies));
    var keyed =
        "POST /api/assets HTTP/1.1\r\nHost: g\r\nContent-Length: 0\r\nAuthorization: Bearer "
            + Minted.user("ada", "acme")
            + "\r\nidempotency-key: k\r\n\r\n";
    assertThat(store("idempotency")).isEqualTo(1);
    keys.down(true);
    assertThat(RawClient.ask(gateway, keyed).status()).isEqualTo(503);
    assertThat(store("idempotency")).isZero();
    keys.down(false);
    assertThat(RawClient.ask(gateway, keyed).status()).isEqualTo(200);
    assertThat(store("idempotency")).isEqualTo(1);
    assertThat(store("rate_limits")).isEqualTo(-1); // not used
  }

  @Test
  void whetherTheStoreOfSharedLimitsAnswers() {
    var store = new Flaky();
    var limit = RateLimit.of(10, Duration.ofMinutes(1)).withShared(true);
    gateway(
        parts().withLimitStore(store),
        route().withPolicies(RoutePolicies.NONE.withRateLimit(limit)));
    await().until(() -> store("rate_limits") == 0);
    store.down = false;
    await().until(() -> store("rate_limits") == 1);
  }

  /** A store that is down at first. */
  private static final class Flaky implements LimitStore {
    private volatile boolean down = true;

    @Override
    public List<Lease> take(List<Demand> demands) {
      check();
      return demands.stream().map(it -> new Lease(it.wanted(), Duration.ZERO)).toList();
    }

    @Override
    public int instances(String instance) {
      check();
      return 1;
    }

    private void check() {
      if (down) {
        throw new IllegalStateException("the store is down");
      }
    }
  }
}
