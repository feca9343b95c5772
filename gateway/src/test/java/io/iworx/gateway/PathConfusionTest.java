package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Paths that mean one thing to the gateway and another to a service behind it. Without a token
 * nothing may reach a service that any of its readers, however lenient, takes for a protected path.
 */
final class PathConfusionTest {
  private static final ByteLog upstream = new ByteLog();
  private static Gateway gateway;

  /** What servers do to a path before they look at it, in any order and more than once. */
  private static final List<UnaryOperator<String>> READERS =
      List.of(
          PathConfusionTest::decoded,
          it -> it.replace('\\', '/'),
          it -> it.replaceAll("/+", "/"),
          it -> it.replaceAll(";[^/]*", ""),
          it -> it.replaceAll("\\x00.*", ""),
          it -> it.replaceAll("/\\./", "/").replaceAll("/\\.$", "/"),
          it -> it.replaceFirst("/[^/]+/\\.\\.(/|$)", "/"),
          it -> it.replaceFirst("^/\\.\\.(/|$)", "/"));

  @BeforeAll
  static void start() {
    var admin = new RouteMatch("/admin", Set.of(), Set.of(), Map.of());
    gateway =
        Gateway.start(
            GatewayConfig.of(
                    List.of(
                        Route.of("open", upstream.url()).withPublicAccess(true),
                        Route.of("open", upstream.url()).withMatch(admin),
                        Route.of("meters", upstream.url())
                            .withKeepPrefix(true)
                            .withPublicAccess(true),
                        Route.of("closed", upstream.url()).withKeepPrefix(true)))
                .withPort(0)
                .withAuth(Auth.hs256(Minted.SECRET)),
            new HopList());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private static String decoded(String path) {
    try {
      return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException e) {
      return path;
    }
  }

  /** Everything that some chain of readers makes of a path. */
  private static Set<String> readings(String path) {
    var all = new LinkedHashSet<String>(List.of(path));
    var next = new ArrayDeque<String>(all);
    while (!next.isEmpty() && all.size() < 2000) {
      var one = next.pop();
      for (var reader : READERS) {
        var read = reader.apply(one);
        if (all.add(read)) {
          next.add(read);
        }
      }
    }
    return all;
  }

  private static boolean isProtected(String path) {
    return path.matches("/(admin|closed)(/.*)?");
  }

  private static List<String> attacks() {
    var separators =
        List.of(
            "/",
            "//",
            "%2f",
            "%2F",
            "%252f",
            "%5c",
            "%5C",
            "\\",
            "%255c",
            "/./",
            "/%2e/",
            "/;/",
            "/;a=b/",
            ";/",
            "/.;/",
            "%00/",
            "/%00",
            "%20/",
            "/%c0%af",
            "%c0%af",
            "%ef%bc%8f",
            "%u002f",
            "/\t",
            "%0d%0a/",
            "%3f/",
            "%23/",
            "#/",
            "?/",
            "%2f%2f",
            "/%2f",
            "%25%32%66");
    var dots =
        List.of(
            "..",
            "%2e%2e",
            "%2E%2E",
            ".%2e",
            "%2e.",
            "%252e%252e",
            "..;",
            "..;a=b",
            "%c0%ae%c0%ae",
            "%uff0e%uff0e",
            "..%00",
            "...",
            "%2e%2e%3b",
            "..%20",
            "..%09",
            "%25%32%65%25%32%65");
    var targets =
        List.of("admin", "%61dmin", "%61%64%6d%69%6e", "admin;a=b", "%2561dmin", "admin%00");
    var attacks = new ArrayList<String>();
    for (var separator : separators) {
      for (var target : targets) {
        attacks.add("/api/open" + separator + target);
        attacks.add("/api/open" + separator + target + "/x");
        attacks.add("/api" + separator + "open/" + target);
        attacks.add("/api/open/" + target + separator);
      }
      for (var dot : dots) {
        attacks.add("/api/open/x" + separator + dot + separator + "admin");
        attacks.add("/api/meters" + separator + dot + separator + "closed");
        attacks.add("/api/meters/" + dot + separator + "closed/1");
        attacks.add("/api/meters/x" + separator + dot + "/" + dot + separator + "closed");
      }
    }
    attacks.addAll(
        List.of(
            "/api/closed",
            "/api/closed/",
            "/API/closed",
            "/api/%63losed",
            "/api/open/../closed",
            "/api/meters/..%2fclosed",
            "/api-gateway/api/closed",
            "/functions/v1/api-gateway/api/closed",
            "/api/open/api/closed/../../../admin",
            "/api/meters/%2e%2e/closed?x=/../"));
    return attacks;
  }

  @Test
  void nothingReachesWhatIsProtectedWithoutAToken() throws Exception {
    try (var client = new Reconnecting()) {
      var forwarded = 0;
      for (var attack : attacks()) {
        upstream.forget();
        var status = client.status("GET " + attack + " HTTP/1.1\r\nHost: g\r\n\r\n");
        assertThat(status).as(attack).isIn(200, 400, 401, 404);
        for (var seen : upstream.seen()) {
          forwarded++;
          var path = seen.line().split("[ ?]", -1)[1]; // what follows is the query to every reader
          assertThat(readings(path)).as(attack).noneMatch(PathConfusionTest::isProtected);
        }
        assertThat(upstream.anomalies()).isEmpty();
      }
      assertThat(forwarded).isPositive(); // some are plain paths that happen to look odd
    }
  }

  /** The check above finds what it is there to find. */
  @Test
  void theReadersAreAsLenientAsTheyShouldBe() {
    for (var path :
        List.of(
            "/x/../admin",
            "//admin",
            "/%61dmin",
            "/x%2f..%2fadmin",
            "/x/..;/admin",
            "/.;/admin",
            "/x/%252e%252e/admin",
            "\\admin",
            "/admin%00.html",
            "/./admin",
            "/../closed")) {
      assertThat(readings(path)).as(path).anyMatch(PathConfusionTest::isProtected);
    }
    assertThat(readings("/ad%20min/x")).noneMatch(PathConfusionTest::isProtected);
  }

  @Test
  void whatIsAllowedArrivesInTheFormThatWasJudged() throws Exception {
    try (var client = new Reconnecting()) {
      upstream.forget();
      var token = "Authorization: Bearer " + Minted.user("u", "o") + "\r\n";
      for (var path : List.of("/api/open/%61dmin", "/api/open/admin/x")) {
        assertThat(client.status("GET " + path + " HTTP/1.1\r\nHost: g\r\n\r\n")).isEqualTo(401);
        assertThat(client.status("GET " + path + " HTTP/1.1\r\nHost: g\r\n" + token + "\r\n"))
            .isEqualTo(200);
      }
      assertThat(upstream.seen())
          .extracting(ByteLog.Seen::line)
          .containsExactly("GET /admin HTTP/1.1", "GET /admin/x HTTP/1.1");
    }
  }

  /** One connection, and another where the gateway has closed it. */
  private static final class Reconnecting implements AutoCloseable {
    private @Nullable RawClient client;

    int status(String request) throws Exception {
      if (client == null) {
        client = new RawClient(gateway.address());
      }
      var answer = client.send(request).answer();
      if (answer.all("connection").contains("close")) {
        close();
      }
      return answer.status();
    }

    @Override
    public void close() throws IOException {
      if (client != null) {
        client.close();
        client = null;
      }
    }
  }
}
