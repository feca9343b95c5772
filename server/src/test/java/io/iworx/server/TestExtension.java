package io.iworx.server;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventType;
import io.iworx.server.spi.Extension;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A service small enough for tests: it keeps what is posted to /api/assets and publishes it. */
public final class TestExtension implements Extension {
  private static final EventType<?> CREATED = EventType.of("asset.created", Map.class);

  @Override
  public List<HostedService> services() {
    return List.of(new Assets());
  }

  @Override
  public List<Object> commands() {
    return List.of();
  }

  private static final class Assets implements HostedService {
    @Override
    public String name() {
      return "asset-service";
    }

    @Override
    public List<String> routes() {
      return List.of("assets");
    }

    @Override
    public Running start(Host host) {
      var bus =
          EventBus.create(
              name(),
              host.eventLog(),
              EventBusOptions.defaults().withOpenTelemetry(host.openTelemetry()));
      var assets = new CopyOnWriteArrayList<String>();
      try {
        var loopback = InetAddress.getLoopbackAddress();
        var server = HttpServer.create(new InetSocketAddress(loopback, host.port()), 0);
        server.createContext("/", exchange -> answer(exchange, bus, assets));
        server.start();
        return new Running() {
          @Override
          public URI address() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
          }

          @Override
          public void close() {
            server.stop(0);
            bus.close();
          }
        };
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void answer(HttpExchange exchange, EventBus bus, List<String> assets)
        throws IOException {
      var context =
          CorrelationHeaders.read(exchange.getRequestHeaders()::getFirst, Clock.systemUTC());
      if (exchange.getRequestMethod().equals("POST")) {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        assets.add(body);
        @SuppressWarnings("unchecked")
        var type = (EventType<Object>) CREATED;
        context.run(() -> bus.publish(type, Map.of("name", "Pump 7")));
      }
      var answer = assets.toString().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    }
  }
}
