package io.iworx.examples.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A user who calls the gateway over HTTP, all calls with one correlation id. */
final class Caller {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Duration TIMEOUT = Duration.ofSeconds(15);

  private final HttpClient http;
  private final URI gateway;
  private final String token;
  private final String correlationId;

  Caller(HttpClient http, URI gateway, String token, String correlationId) {
    this.http = http;
    this.gateway = gateway;
    this.token = token;
    this.correlationId = correlationId;
  }

  /** The same user with another correlation id. */
  Caller with(String otherCorrelationId) {
    return new Caller(http, gateway, token, otherCorrelationId);
  }

  Reply get(String path) {
    return send("GET", path, "");
  }

  Reply post(String path, Map<String, ?> body) {
    return send("POST", path, JSON.writeValueAsString(body));
  }

  Reply put(String path, Map<String, ?> body) {
    return send("PUT", path, JSON.writeValueAsString(body));
  }

  private Reply send(String method, String path, String body) {
    var call = method + " " + path;
    var request =
        HttpRequest.newBuilder(gateway.resolve(path))
            .timeout(TIMEOUT)
            .header("authorization", "Bearer " + token)
            .header("content-type", "application/json")
            .header("x-correlation-id", correlationId)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    var start = System.nanoTime();
    try {
      var response = http.send(request, BodyHandlers.ofString());
      var millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      return new Reply(call, response.statusCode(), JSON.readTree(response.body()), millis);
    } catch (IOException | JacksonException e) {
      throw new BrokenPromise(call + " brought no answer in JSON: " + e);
    } catch (InterruptedException _) {
      // The interrupt is done with: what follows is cleaning up, undisturbed.
      throw new BrokenPromise(call + " was interrupted");
    }
  }
}
