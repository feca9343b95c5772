package io.iworx.serviceclient.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.serviceclient.CallFailedException;
import io.iworx.serviceclient.Failure;
import io.iworx.serviceclient.ServiceClient;
import io.iworx.serviceclient.Success;
import io.iworx.serviceclient.guide.CallingServices.Asset;
import io.iworx.serviceclient.guide.CallingServices.Order;
import io.iworx.serviceclient.guide.CallingServices.Reservation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The guide's snippets do what the guide says, and the guide quotes them exactly. */
class CallingServicesTest {
  private static final Path GUIDE = Path.of("../docs/guide/calling-services.md");
  private static final Path SNIPPETS =
      Path.of("src/test/java/io/iworx/serviceclient/guide/CallingServices.java");
  private static final Pattern QUOTED = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SNIPPET =
      Pattern.compile("// snippet: [a-z-]+\n(.*?)\n *// end", Pattern.DOTALL);

  private final Map<String, String> seen = new ConcurrentHashMap<>();
  private HttpServer server;
  private ServiceClient client;
  private CallingServices guide;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          headers.forEach(
              (name, values) ->
                  seen.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
          var answer =
              switch (exchange.getRequestURI().toString()) {
                case "/api/assets/1" -> "{\"id\":\"1\",\"name\":\"pump\"}";
                case "/api/assets?type=pump" -> "[{\"id\":\"1\",\"name\":\"pump\"}]";
                case "/api/inventory/reserve" -> "{\"id\":\"r-1\"}";
                default -> "{\"error\":\"Asset not found\"}";
              };
          var octets = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.contains("error") ? 404 : 200, octets.length);
          exchange.getResponseBody().write(octets);
          exchange.close();
        });
    server.start();
    client =
        CallingServices.connect(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()), () -> "token");
    guide = new CallingServices(client);
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void degradesToNull() {
    assertThat(guide.assetOrNull("1")).isEqualTo(new Asset("1", "pump"));
    assertThat(guide.assetOrNull("2")).isNull();
    assertThat(guide.assetOrNull("1/2")).isNull();
    assertThat(seen).containsEntry("authorization", "Bearer token");
  }

  @Test
  void tellsMissingFromBroken() {
    assertThat(guide.exists("1")).isTrue();
    assertThat(guide.exists("2")).isFalse();
    server.stop(0);
    assertThatThrownBy(() -> guide.exists("1")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void readsLists() {
    assertThat(guide.pumps()).containsExactly(new Asset("1", "pump"));
    server.stop(0);
    assertThatThrownBy(guide::pumps).isInstanceOf(CallFailedException.class);
  }

  @Test
  void sendsAKey() {
    assertThat(guide.reserve(new Order("7", List.of("bolt"))))
        .isInstanceOfSatisfying(
            Success.class, it -> assertThat(it.body()).isEqualTo(new Reservation("r-1")));
    assertThat(seen).containsEntry("idempotency-key", "reserve-7");
  }

  @Test
  void advisesByKind() {
    assertThat(guide.advice(failure(new FailureKind.Throttled(Duration.ofSeconds(7)))))
        .endsWith("in 7");
    assertThat(guide.advice(failure(new FailureKind.Permanent()))).contains("no such asset");
  }

  private static Failure<Void> failure(FailureKind kind) {
    return new Failure<>(kind, 0, "no such asset", null, "GET /x", "c", List.of(), Duration.ZERO);
  }

  @Test
  void keepsADeadline() {
    assertThat(guide.assetWithin(Duration.ofSeconds(5), "1", Clock.systemUTC())).isNotNull();
    assertThat(Long.parseLong(String.valueOf(seen.get("x-request-deadline-ms"))))
        .isBetween(1L, 5000L);
    assertThat(guide.assetWithin(Duration.ZERO, "1", Clock.systemUTC())).isNull();
  }

  @Test
  void takesTheContextToAnotherThreadAndStartsOne() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var later = Correlation.of("c-9").call(() -> guide.assetLater("1", threads));
      assertThat(later.get()).isNotNull();
      assertThat(seen).containsEntry("x-correlation-id", "c-9");
    }
    guide.nightly("org-1", () -> guide.assetOrNull("1"));
    assertThat(seen).containsEntry("x-organization-id", "org-1");
  }

  @Test
  void theGuideQuotesTheseSnippetsAndNoOther() throws IOException {
    var snippets =
        SNIPPET
            .matcher(Files.readString(SNIPPETS))
            .results()
            .map(it -> it.group(1).stripTrailing().stripIndent())
            .toList();
    var quoted =
        QUOTED.matcher(Files.readString(GUIDE)).results().map(it -> it.group(1).strip()).toList();
    assertThat(quoted).containsExactlyElementsOf(snippets);
  }
}
