package io.iworx.serviceclient;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A real HTTP server in the gateway's place that remembers what it was asked. */
final class TestGateway implements AutoCloseable {

  /** What arrived. */
  record Received(String method, String uri, Map<String, List<String>> headers, String body) {
    @Nullable String header(String name) {
      var values = headers.get(name);
      return values == null ? null : String.join("|", values);
    }
  }

  /** Answers what arrived. */
  @FunctionalInterface
  interface Handler {
    void handle(Received received, HttpExchange exchange) throws IOException;
  }

  final List<Received> received = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private TestGateway(Handler handler) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", exchange -> handle(handler, exchange));
    server.start();
  }

  static TestGateway answering(Handler handler) {
    try {
      return new TestGateway(handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TestGateway answering(int status, String type, String body) {
    return answering((_, exchange) -> answer(exchange, status, type, body));
  }

  static TestGateway answeringJson(String body) {
    return answering(200, "application/json", body);
  }

  static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    var octets = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("content-type", type);
    exchange.sendResponseHeaders(status, octets.length == 0 ? -1 : octets.length);
    if (octets.length > 0) {
      exchange.getResponseBody().write(octets);
    }
    exchange.close();
  }

  /** Takes the body as it arrives: told the media type with the length or coding, and the body. */
  @FunctionalInterface
  interface Taker {
    void take(String head, InputStream body) throws IOException;
  }

  /** Hands bodies on as they arrive and answers 200 once they are taken. */
  static TestGateway streaming(Taker taker) {
    var gateway = answeringJson("{}");
    gateway.server.removeContext("/");
    gateway.server.createContext(
        "/",
        exchange -> {
          var headers = exchange.getRequestHeaders();
          var length = headers.getFirst("content-length");
          var size = length == null ? headers.getFirst("transfer-encoding") : length;
          taker.take(headers.getFirst("content-type") + " " + size, exchange.getRequestBody());
          answer(exchange, 200, "application/json", "{}");
        });
    return gateway;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  ServiceClient client() {
    return ServiceClient.create("work-order-service", ClientSettings.of(uri()));
  }

  Received last() {
    return received.getLast();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(Handler handler, HttpExchange exchange) throws IOException {
    var headers = new TreeMap<String, List<String>>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    var arrived =
        new Received(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            headers,
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    received.add(arrived);
    handler.handle(arrived, exchange);
  }
}
