package io.iworx.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several routes for a service: which gets a request, over real sockets. */
final class RouteMatchTest {
  private final List<RecordingUpstream> upstreams = new ArrayList<>();
  private final List<Route> routes = new ArrayList<>();
  private @Nullable Gateway gateway;

  @AfterEach
  void stop() throws Exception {
    if (gateway != null) {
      gateway.close();
    }
    for (var upstream : upstreams) {
      upstream.close();
    }
  }

  /** A public route to a service that answers with its name. */
  private Route named(String name, RouteMatch match) {
    var upstream = new RecordingUpstream();
    upstreams.add(upstream);
    var answer = "HTTP/1.1 200 OK\r\ncontent-length: " + name.length() + "\r\n\r\n" + name;
    upstream.answering(answer);
    var route = Route.of("assets", upstream.url()).withPublicAccess(true).withMatch(match);
    routes.add(route);
    return route;
  }

  private void start() {
    gateway =
        Gateway.start(
            GatewayConfig.of(routes).withPort(0).withAuth(Auth.hs256(Minted.SECRET)),
            new HopList());
  }

  private RawClient.Answer ask(String line, String host, String... headers) throws Exception {
    var lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
    var request = line + " HTTP/1.1\r\nHost: " + host + "\r\n" + lines + "\r\n";
    return RawClient.ask(requireNonNull(gateway), request);
  }

  @ParameterizedTest
  @CsvSource({
    "GET /api/assets, all",
    "GET /api/assets/, all",
    "GET /api/assets/1, all",
    "GET /api/assets/reports, reports",
    "GET /api/assets/reports/, reports",
    "GET /api/assets/%72eports?x=1, reports",
    "GET /api-gateway/api/assets/reports/1/2/3/4, reports",
    "GET /api/assets/reports/daily, daily",
    "GET /api/assets/reports/daily/1, daily",
    "GET /api/assets/reports/dailyish, reports",
    "GET /api/assets/reports%20, all",
    "GET /api/assets/reportsx, all",
    "GET /api/assets/Reports, all",
    "GET /api/assets/1/reports, all",
  })
  void theLongestPathWinsByWholeSegments(String line, String expected) throws Exception {
    named("all", RouteMatch.ALL);
    named("reports", RouteMatch.ALL.withPath("/reports"));
    named("daily", RouteMatch.ALL.withPath("/reports/daily"));
    start();

    assertThat(ask(line, "gateway").body()).isEqualTo(expected);
  }

  @Test
  void methodsHostsAndHeadersPickTheRouteWithMostConditions() throws Exception {
    named("all", RouteMatch.ALL);
    var writes = RouteMatch.ALL.withMethods(Set.of("POST", "PUT"));
    named("writes", writes);
    named("there", RouteMatch.ALL.withHosts(Set.of("there.example.com", "[::1]")));
    named("beta", writes.withHeaders(Map.of("x-beta", "1")));
    start();

    assertThat(ask("GET /api/assets/1", "gateway").body()).isEqualTo("all");
    assertThat(ask("PUT /api/assets/1", "gateway").body()).isEqualTo("writes");
    assertThat(ask("GET /api/assets/1", "There.Example.com:8080").body()).isEqualTo("there");
    assertThat(ask("GET /api/assets/1", "[::1]:8080").body()).isEqualTo("there");
    assertThat(ask("GET /api/assets/1", "there.example.com.evil").body()).isEqualTo("all");
    assertThat(ask("PUT /api/assets/1", "gateway", "X-Beta: 1").body()).isEqualTo("beta");
    assertThat(ask("PUT /api/assets/1", "gateway", "X-Beta: 11").body()).isEqualTo("writes");
    assertThat(ask("GET /api/assets/1", "gateway", "X-Beta: 1").body()).isEqualTo("all");
  }

  @Test
  void refusesWhatNoRouteFits() throws Exception {
    named("reads", RouteMatch.ALL.withPath("/reports").withMethods(Set.of("GET")));
    start();

    assertThat(ask("HEAD /api/assets/reports", "gateway").status()).isEqualTo(200);
    assertThat(ask("DELETE /api/assets/reports", "gateway").status()).isEqualTo(405);
    assertThat(ask("GET /api/assets/other", "gateway").status()).isEqualTo(404);
    assertThat(ask("GET /api/assets", "gateway").status()).isEqualTo(404);
    assertThat(upstreams.getFirst().received()).hasSize(1);
  }

  @Test
  void accessBelongsToTheRouteThatMatches() throws Exception {
    named("all", RouteMatch.ALL);
    named("closed", RouteMatch.ALL.withPath("/closed"));
    routes.set(1, routes.get(1).withPublicAccess(false));
    start();

    assertThat(ask("GET /api/assets/open", "gateway").status()).isEqualTo(200);
    for (var path : List.of("/closed", "/closed/", "/cl%6fsed/1", "/closed?x", "/%63losed/x")) {
      assertThat(ask("GET /api/assets" + path, "gateway").status()).as(path).isEqualTo(401);
    }
    for (var path : List.of("/open/../closed", "//closed", "/closed;x", "/x%2f..%2fclosed")) {
      assertThat(ask("GET /api/assets" + path, "gateway").status()).as(path).isEqualTo(400);
    }
    assertThat(upstreams.getLast().received()).isEmpty();
  }

  @Test
  void aBodyMayBeAsLargeAsItsRouteSays() throws Exception {
    named("all", RouteMatch.ALL);
    named("small", RouteMatch.ALL.withPath("/small"));
    routes.set(1, routes.get(1).withMaxRequestBody(3L));
    named("large", RouteMatch.ALL.withPath("/large"));
    routes.set(2, routes.get(2).withMaxRequestBody(Long.MAX_VALUE));
    gateway =
        Gateway.start(
            GatewayConfig.of(routes).withPort(0).withLimits(Limits.DEFAULT.withMaxRequestBody(5)),
            new HopList());

    assertThat(post("/small", 3)).isEqualTo(200);
    assertThat(post("/small", 4)).isEqualTo(413);
    assertThat(post("/other", 5)).isEqualTo(200);
    assertThat(post("/other", 6)).isEqualTo(413);
    assertThat(post("/large", 100_000)).isEqualTo(200);
    assertThat(chunked("/small", 4)).isEqualTo(413);
    assertThat(chunked("/large", 100)).isEqualTo(200);
  }

  private int post(String path, int bytes) throws Exception {
    var head = "POST /api/assets" + path + " HTTP/1.1\r\nHost: g\r\nContent-Length: " + bytes;
    return RawClient.ask(requireNonNull(gateway), head + "\r\n\r\n" + "x".repeat(bytes)).status();
  }

  private int chunked(String path, int bytes) throws Exception {
    var head = "POST /api/assets" + path + " HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked";
    var body = Integer.toHexString(bytes) + "\r\n" + "x".repeat(bytes) + "\r\n0\r\n\r\n";
    return RawClient.ask(requireNonNull(gateway), head + "\r\n\r\n" + body).status();
  }

  @Test
  void aThousandRoutesOfOneServiceAreToldApart() throws Exception {
    var route = named("one", RouteMatch.ALL.withPath("/part-0"));
    for (int i = 1; i < 1000; i++) {
      var match = RouteMatch.ALL.withPath("/part-" + i);
      routes.add(route.withTargets(List.of()).withMatch(match));
    }
    start();

    assertThat(ask("GET /api/assets/part-0/x", "gateway").body()).isEqualTo("one");
    assertThat(ask("GET /api/assets/part-999", "gateway").status()).isEqualTo(503);
    assertThat(ask("GET /api/assets/part-1000", "gateway").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"reports", "/reports/", "/", "/a//b", "/a$b", "/a%20b", "/../a", "/a/.", "/a;b"})
  void refusesPathsThatCouldBeGoneAround(String path) {
    assertThatThrownBy(() -> RouteMatch.ALL.withPath(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("path must be like /reports/daily");
  }

  @Test
  void readsRoutesFromTheFileAndSaysWhatIsWrong() {
    var route =
        """
          - service: assets
            max-request-body: unlimited
            match:
              path: /reports
              methods: [GET, PUT]
              hosts: [api.example.com]
              headers: {x-beta: "1"}
        """;
    var read = GatewayConfig.parse("routes:\n" + route, "x.yaml").routes().getFirst();

    assertThat(read.maxRequestBody()).isEqualTo(Long.MAX_VALUE);
    assertThat(read.match())
        .isEqualTo(
            new RouteMatch(
                "/reports",
                Set.of("GET", "PUT"),
                Set.of("api.example.com"),
                Map.of("x-beta", "1")));
    assertThat(read.match()).hasToString("GET, PUT on api.example.com with x-beta: 1");
    refuses("routes:\n" + route + route, 9, "which has a route already");
    refuses(route("match: {method: [GET]}"), 3, "is not known here");
    refuses(route("match: {methods: [TRACE]}"), 3, "methods must be of GET");
    refuses(route("match: {hosts: [\"a:80\"]}"), 3, "hosts must be names");
    refuses(route("match: {headers: [x]}"), 3, "must hold names");
    refuses(route("match: {headers: {X-Beta: a}}"), 3, "headers must be names in lower case");
    refuses(route("max-request-body: big"), 3, "must be a size");
  }

  private static String route(String line) {
    return "routes:\n  - service: assets\n    " + line + "\n";
  }

  private static void refuses(String yaml, int line, String sentence) {
    assertThatThrownBy(() -> GatewayConfig.parse(yaml, "x.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("x.yaml:" + line)
        .hasMessageContaining(sentence);
  }
}
