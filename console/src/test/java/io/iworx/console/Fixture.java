package io.iworx.console;

import io.iworx.correlation.Identity;
import io.iworx.eventbus.EventBus;
import io.iworx.gateway.Gateway;
import io.iworx.gateway.GatewayConfig;
import io.iworx.gateway.Route;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.testing.InMemoryEventLog;
import io.iworx.testing.InMemorySagaStore;
import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceRecorder;
import io.iworx.trace.spi.TraceStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A console over a real gateway and the log in memory, and a way to ask it. */
final class Fixture implements AutoCloseable {
  static final String TOKEN = "the-admin-token";

  final InMemoryEventLog log = InMemoryEventLog.create();
  final EventBus bus = EventBus.create("test-service", log);
  final Traces traces = new Traces();
  final Gateway gateway =
      Gateway.start(
          GatewayConfig.of(
                  List.of(
                      Route.of("assets", null),
                      Route.of("people", URI.create("http://127.0.0.1:9"))))
              .withPort(0),
          TraceRecorder.none());
  final SagaStore sagaStore = InMemorySagaStore.create();
  final ConsoleSources sources =
      new ConsoleSources(
          gateway,
          this::reload,
          log,
          sagaStore.operations(),
          bus,
          traces,
          () -> List.of(Finding.good("java", "It is there.")),
          () -> "iworx_test 1\n");
  final Console console = Console.start(0, TOKEN, sources, Clock.systemUTC());
  private final HttpClient http = HttpClient.newHttpClient();

  volatile @Nullable RuntimeException unusable;
  final AtomicInteger reloads = new AtomicInteger();

  private void reload() {
    var reason = unusable;
    if (reason != null) {
      throw reason;
    }
    reloads.incrementAndGet();
  }

  /** Trace entries in a list. */
  static final class Traces implements TraceStore {
    final List<TraceEntry> entries = new CopyOnWriteArrayList<>();

    @Override
    public void append(List<TraceEntry> more) {
      entries.addAll(more);
    }

    @Override
    public List<TraceEntry> find(String correlationId, Identity viewer) {
      return entries.stream()
          .filter(it -> it.correlation().correlationId().equals(correlationId))
          .filter(it -> viewer.sees(it.correlation().identity().organizationId()))
          .toList();
    }
  }

  HttpResponse<String> get(String path) {
    return send(request(path, TOKEN).GET());
  }

  JsonNode json(String path) {
    return Answer.JSON.readTree(get(path).body());
  }

  HttpResponse<String> post(String path, String contentType, String body) {
    return send(
        request(path, TOKEN)
            .header("content-type", contentType)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpRequest.Builder request(String path, @Nullable String token) {
    var request = HttpRequest.newBuilder(URI.create(console.address() + path));
    return token == null ? request : request.header("authorization", "Bearer " + token);
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first line of the answer to a request written by hand. */
  String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), console.address().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.lines().findFirst().orElse("");
    }
  }

  @Override
  public void close() {
    http.close();
    console.close();
    gateway.close();
    bus.close();
    log.close();
  }
}
