package io.iworx.server;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks the admin API of the instance that runs on a data folder. */
final class AdminClient implements AutoCloseable {
  static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration TIMEOUT = Duration.ofSeconds(45);

  private final Instance instance;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  private AdminClient(Instance instance) {
    this.instance = instance;
  }

  /**
   * The admin API of the instance on a data folder.
   *
   * @throws CommandException when none runs there
   */
  static AdminClient of(Path folder) {
    return new AdminClient(Instance.require(folder));
  }

  /** The answer to a GET as text. */
  String get(String path, Map<String, String> query) {
    var parameters =
        query.entrySet().stream()
            .map(it -> it.getKey() + "=" + encoded(it.getValue()))
            .collect(Collectors.joining("&"));
    return send(request(parameters.isEmpty() ? path : path + "?" + parameters).GET());
  }

  /** The answer to a GET as JSON. */
  JsonNode json(String path, Map<String, String> query) {
    return JSON.readTree(get(path, query));
  }

  /** The answer to a POST of JSON. */
  JsonNode post(String path, JsonNode body) {
    return JSON.readTree(
        send(
            request(path)
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))));
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpRequest.Builder request(String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create(instance.console() + pathAndQuery))
        .timeout(TIMEOUT)
        .header("authorization", "Bearer " + instance.adminToken());
  }

  private String send(HttpRequest.Builder request) {
    try {
      var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw CommandException.failed(sentence(response));
      }
      return response.body();
    } catch (IOException e) {
      throw CommandException.unusable(
          "The instance (process %d) does not answer on %s: it is starting, stopping or stuck."
              .formatted(instance.pid(), instance.console()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandException.unusable("Interrupted.", e);
    }
  }

  private static String sentence(HttpResponse<String> response) {
    try {
      var problem = JSON.readTree(response.body());
      var parameter = problem.path("parameter").asString("");
      return (parameter.isEmpty() ? "" : parameter + ": ") + problem.path("error").asString("");
    } catch (JacksonException _) {
      return "The instance answered with status " + response.statusCode() + ".";
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
