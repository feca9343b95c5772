package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code gateway} as a user has it: a process that tells what it does. */
class GatewayCommandIT {
  @TempDir Path temp = Path.of("");

  @Test
  void writesAnAccessLogAndLetsItsMetricsBeRead() throws Exception {
    var config = temp.resolve("iworx.yaml");
    Files.writeString(
        config,
        """
        access-log:
          sample: 0
          file: access.log
        routes:
          - service: people
            public: true
        """);
    try (var child =
        Child.start(
            temp, "gateway", "--config", config.toString(), "--port", "0", "--metrics-port", "0")) {
      child.ready();
      assertThat(get(printed(child, "gateway on ") + "/api/people/1?token=geheim").statusCode())
          .isEqualTo(503);
      assertThat(get(printed(child, "gateway on ") + "/api/nothing").statusCode()).isEqualTo(404);
      assertThat(get(printed(child, "metrics on ")).body())
          .contains("http_server_request_duration_seconds_count{", "http_route=\"/api/people\"");
      var log = temp.resolve("access.log");
      Awaitility.await().until(() -> !Files.readString(log).isEmpty());
      assertThat(Files.readString(log)).hasLineCount(1).doesNotContain("geheim");
      var line = JsonMapper.shared().readTree(Files.readString(log));
      assertThat(line.path("service").asString()).isEqualTo("people");
      assertThat(line.path("data").path("status").isNumber()).isTrue();
      assertThat(line.path("data").path("status").asInt()).isEqualTo(503);
    }
  }

  /** The address in a line that begins so. */
  private static String printed(Child child, String words) {
    return child
        .out()
        .lines()
        .filter(line -> line.startsWith(words))
        .map(line -> line.substring(words.length()).split(" ", -1)[0])
        .findFirst()
        .orElseThrow();
  }

  private static HttpResponse<String> get(String url) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
