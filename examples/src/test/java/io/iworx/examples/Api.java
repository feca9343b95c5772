package io.iworx.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody with a token who calls the gateway over HTTP. */
final class Api {
  static final Duration TOKEN_LASTS = Duration.ofMinutes(30);

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final URI gateway;
  private final Map<String, String> headers;

  Api(URI gateway, String token) {
    this(gateway, Map.of("authorization", "Bearer " + token));
  }

  private Api(URI gateway, Map<String, String> headers) {
    this.gateway = gateway;
    this.headers = headers;
  }

  /** An answer. */
  record Reply(int status, JsonNode body) {
    String id() {
      return body.path("id").asString("");
    }

    /** The answer, when it has the status. */
    Reply is(int expected) {
      assertThat(status).as("status of %s", body).isEqualTo(expected);
      return this;
    }
  }

  /** The same caller with one header more. */
  Api with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Api(gateway, more);
  }

  Reply get(String path) {
    return send("GET", path, "");
  }

  Reply post(String path, Object body) {
    return send("POST", path, JSON.writeValueAsString(body));
  }

  Reply put(String path, Object body) {
    return send("PUT", path, JSON.writeValueAsString(body));
  }

  Reply delete(String path) {
    return send("DELETE", path, "");
  }

  Reply send(String method, String path, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(gateway + path))
            .timeout(Duration.ofSeconds(60))
            .header("content-type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    headers.forEach(request::header);
    try {
      var response = HTTP.send(request.build(), BodyHandlers.ofString());
      return new Reply(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A new asset; its id. */
  String asset() {
    return post("/api/assets", Map.of("name", "Pump")).is(201).id();
  }

  /** A new item with so many in stock; its id. */
  String item(int quantity) {
    return post("/api/inventory/items", Map.of("name", "Seal", "quantity", quantity)).is(201).id();
  }

  /** What is reserved of an item. */
  int reserved(String item) {
    return get("/api/inventory/items/" + item).is(200).body().path("reserved_stock").asInt(-1);
  }

  /** The body of a work order that needs no parts. */
  static Map<String, Object> order(String asset) {
    return new LinkedHashMap<>(Map.of("asset_id", asset, "title", "Check it"));
  }

  /** The body of a work order that needs so many of an item. */
  static Map<String, Object> order(String asset, String item, int quantity) {
    var order = order(asset);
    order.put("required_parts", List.of(Map.of("item_id", item, "quantity", quantity)));
    return order;
  }
}
