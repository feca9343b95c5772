package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a platform that runs tells Prometheus and a collector of OpenTelemetry's. */
class TelemetryIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  @TempDir Path temp = Path.of("");

  /** What came, by path, as text: names and values stand in protobuf as they are. */
  private final Map<String, String> received = new ConcurrentHashMap<>();

  private HttpServer collector;

  @BeforeEach
  void startCollector() throws IOException {
    collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext("/", this::receive);
    collector.start();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      assertThat(exchange.getRequestHeaders().getFirst("content-type"))
          .isEqualTo("application/x-protobuf");
      var body = exchange.getRequestBody().readAllBytes();
      received.merge(
          exchange.getRequestURI().getPath(),
          new String(body, StandardCharsets.ISO_8859_1),
          String::concat);
      exchange.sendResponseHeaders(200, -1);
    }
  }

  @AfterEach
  void stopCollector() {
    collector.stop(0);
  }

  @Test
  void isAskedByPrometheusAndTellsACollectorWhatHappens() throws Exception {
    var config = temp.resolve("iworx.yaml");
    Files.writeString(
        config,
        """
        telemetry:
          every: 1s
        routes:
          - service: assets
        """);
    try (var up = up(config).ready()) {
      var instance = Instance.require(data());
      var token = Tokens.of(instance.jwtSecret(), Clock.systemUTC());
      var posted =
          HttpRequest.newBuilder(URI.create(instance.gateway() + "/api/assets"))
              .header(
                  "authorization",
                  "Bearer " + token.user("ada", "acme", false, Tokens.DEFAULT_LIFETIME))
              .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
              .POST(HttpRequest.BodyPublishers.ofString("{}"));
      assertThat(send(posted).statusCode()).isEqualTo(200);
      var metrics =
          send(HttpRequest.newBuilder(URI.create(instance.console() + "/metrics"))).body();
      assertThat(metrics)
          .contains("http_server_request_duration_seconds_count{")
          .contains("http_route=\"/api/assets\"")
          .contains("messaging_client_sent_messages_total{")
          .contains("iworx_gateway_connections{")
          .contains("target_info{service_instance_id=");
      assertThat(metrics.lines())
          .allMatch(it -> it.startsWith("# ") || it.matches("[a-z_]+(\\{.*})? [-+0-9.eEINaf]+"));
      Awaitility.await()
          .untilAsserted(
              () -> {
                assertThat(received.getOrDefault("/v1/metrics", ""))
                    .contains("http.server.request.duration", "messaging.client.sent.messages");
                assertThat(received.getOrDefault("/v1/traces", ""))
                    .contains("POST /api/assets", "send asset.created");
              });
      holdsNoSecrets(metrics + received, instance);
      up.terminate();
      assertThat(up.exitCode()).isEqualTo(143);
    }
  }

  private void holdsNoSecrets(String told, Instance instance) {
    assertThat(told)
        .doesNotContain(instance.jwtSecret(), instance.adminToken(), "eyJ", "postgresql://")
        .doesNotContain(
            Objects.requireNonNull(DatabaseAddress.parse(instance.database()).password()));
  }

  private Child up(Path config) {
    return Child.start(
        temp,
        "up",
        "--data",
        data().toString(),
        "--port",
        "0",
        "--console-port",
        "0",
        "--config",
        config.toString(),
        "--examples",
        "--metrics",
        "--otlp",
        "http://127.0.0.1:" + collector.getAddress().getPort());
  }

  private Path data() {
    return temp.resolve("data");
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
