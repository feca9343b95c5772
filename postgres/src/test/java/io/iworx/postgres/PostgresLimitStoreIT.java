package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.iworx.gateway.Gateway;
import io.iworx.gateway.GatewayConfig;
import io.iworx.gateway.GatewayParts;
import io.iworx.gateway.RateLimit;
import io.iworx.gateway.Route;
import io.iworx.gateway.RoutePolicies;
import io.iworx.gateway.spi.LimitStore.Demand;
import io.iworx.trace.TraceRecorder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits that gateways share hold together, by the database's clock. */
@ParameterizedClass
@EnumSource(TestServer.class)
class PostgresLimitStoreIT {
  @RegisterExtension final TestDatabase database;

  PostgresLimitStoreIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  private static Demand demand(String bucket, int wanted) {
    return new Demand(bucket, 100, Duration.ofHours(100), 100, wanted);
  }

  private void execute(String sql) throws SQLException {
    try (var connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void givesOutNoMoreThanThereIs() {
    var store = PostgresLimitStore.create(database.pool());
    assertThat(store.take(List.of(demand("b", 60), demand("a", 1))))
        .extracting(it -> it.granted())
        .containsExactly(60, 1);
    var rest = store.take(List.of(demand("b", 60))).getFirst();
    assertThat(rest.granted()).isEqualTo(40);
    assertThat(rest.next()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
    assertThat(store.take(List.of(demand("b", 60))).getFirst().granted()).isZero();
    assertThat(store.take(List.of(demand("a", 99))).getFirst().granted()).isEqualTo(99);
  }

  @Test
  void tokensComeBackByTheDatabasesClockAndNoneWhenItIsSetBack() throws SQLException {
    var store = PostgresLimitStore.create(database.pool());
    store.take(List.of(demand("b", 100)));
    execute("UPDATE gateway_limits SET taken_at = taken_at - interval '10 hours 1 minute'");
    assertThat(store.take(List.of(demand("b", 100))).getFirst().granted()).isEqualTo(10);
    execute("UPDATE gateway_limits SET taken_at = taken_at + interval '1 hour'"); // clock -1 h
    assertThat(store.take(List.of(demand("b", 100))).getFirst().granted()).isZero();
    execute("UPDATE gateway_limits SET taken_at = taken_at - interval '1000 hours'");
    assertThat(store.take(List.of(demand("b", 1000))).getFirst().granted()).isEqualTo(100);
  }

  @Test
  void instancesAreCountedThatSaidSoLately() throws SQLException {
    var store = PostgresLimitStore.create(database.pool());
    assertThat(store.instances("one")).isEqualTo(1);
    assertThat(store.instances("two")).isEqualTo(2);
    assertThat(store.instances("two")).isEqualTo(2);
    execute("UPDATE gateway_instances SET seen_at = seen_at - interval '1 minute'");
    assertThat(store.instances("three")).isEqualTo(1);
  }

  @Test
  void saysThatItCannot() {
    var pool = database.openPool(1);
    pool.close();
    assertThatThrownBy(() -> PostgresLimitStore.create(pool).take(List.of(demand("b", 1))))
        .isInstanceOf(GatewayStoreException.class);
  }

  @Test
  void twoGatewaysLetThroughTheLimitAndAtMostALeaseEach() throws Exception {
    var upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    upstream.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    upstream.start();
    var config =
        GatewayConfig.of(
                List.of(
                    Route.of(
                            "assets",
                            URI.create("http://127.0.0.1:" + upstream.getAddress().getPort()))
                        .withPublicAccess(true)
                        .withPolicies(
                            RoutePolicies.NONE.withRateLimit(
                                RateLimit.of(100, Duration.ofDays(1)).withShared(true)))))
            .withPort(0);
    var parts =
        GatewayParts.of(TraceRecorder.none())
            .withLimitStore(PostgresLimitStore.create(database.pool()));
    try (var one = Gateway.start(config, parts);
        var other = Gateway.start(config, parts);
        var client = HttpClient.newHttpClient();
        var threads = Executors.newFixedThreadPool(16)) {
      assertThat(admitted(client, threads::invokeAll, List.of(one, other))).isBetween(100, 120);
      try (var again = Gateway.start(config, parts)) { // a restart brings nothing back
        assertThat(admitted(client, threads::invokeAll, List.of(again))).isZero();
      }
    } finally {
      upstream.stop(0);
    }
  }

  @FunctionalInterface
  private interface Threads {
    List<java.util.concurrent.Future<Integer>> all(List<Callable<Integer>> calls)
        throws InterruptedException;
  }

  private static int admitted(HttpClient client, Threads threads, List<Gateway> gateways)
      throws Exception {
    var calls = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < 500; i++) {
      var request =
          HttpRequest.newBuilder(
                  gateways.get(i % gateways.size()).address().resolve("/api/assets/" + i))
              .build();
      calls.add(() -> client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    }
    var admitted = 0;
    for (var call : threads.all(calls)) {
      assertThat(call.get()).isIn(204, 429);
      admitted += call.get() == 204 ? 1 : 0;
    }
    return admitted;
  }
}
