package io.iworx.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** {@code /metrics} on a port of its own on 127.0.0.1, where no console has it. */
final class MetricsPage implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final HttpServer server;

  private MetricsPage(HttpServer server) {
    this.server = server;
  }

  /** Starts it on a port that is free. */
  static MetricsPage start(int port, Supplier<String> metrics) {
    try {
      var server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext("/metrics", exchange -> answer(exchange, metrics));
      server.start();
      return new MetricsPage(server);
    } catch (IOException e) {
      throw CommandException.unusable(
          "Port "
              + port
              + " for metrics cannot be listened on; choose another with --metrics-port.",
          e);
    }
  }

  private static void answer(HttpExchange exchange, Supplier<String> metrics) throws IOException {
    try (exchange) {
      var body = metrics.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", PrometheusText.CONTENT_TYPE);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  URI address() {
    return URI.create("http://" + LOOPBACK + ":" + server.getAddress().getPort() + "/metrics");
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
