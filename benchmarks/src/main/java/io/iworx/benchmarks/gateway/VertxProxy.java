package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.util.Set;
import java.util.UUID;

/**
 * A reverse proxy written by hand on Vert.x: one event loop, native sockets, pooled connections.
 */
final class VertxProxy implements Contender {
  private static final String PREFIX = "/api/assets";
  private static final String CORRELATION_ID = "x-correlation-id";
  private static final Set<String> STRIPPED =
      Set.of(
          "connection",
          "host",
          "x-calling-service",
          "x-user-id",
          "x-organization-id",
          "x-cross-project-access",
          "x-iworx-identity");

  @Override
  public void run(Stage stage) throws Exception {
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(1));
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(stage.number("upstream"))
                .setTcpNoDelay(true),
            new PoolOptions().setHttp1MaxSize(256));
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(request -> forward(request, client))
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    stage.report("port", server.actualPort());
    Thread.currentThread().join(); // until nobody listens any more
  }

  private static void forward(HttpServerRequest request, HttpClient client) {
    String uri = request.uri();
    if (!uri.startsWith(PREFIX)) {
      request.response().setStatusCode(404).end();
      return;
    }
    String given = request.getHeader(CORRELATION_ID);
    String correlation = given == null ? UUID.randomUUID().toString() : given;
    request.pause();
    client
        .request(request.method(), uri.substring(PREFIX.length()))
        .compose(
            up -> {
              copy(request.headers(), up.headers());
              up.putHeader(CORRELATION_ID, correlation);
              return send(request, up);
            })
        .onSuccess(answer -> answer(request, answer, correlation))
        .onFailure(_ -> request.response().setStatusCode(502).end());
  }

  private static io.vertx.core.Future<HttpClientResponse> send(
      HttpServerRequest request, HttpClientRequest up) {
    boolean empty =
        !request.headers().contains("content-length")
            && !request.headers().contains("transfer-encoding");
    if (empty) {
      request.resume();
      return up.send();
    }
    return up.send(request);
  }

  private static void answer(
      HttpServerRequest request, HttpClientResponse answer, String correlation) {
    request.response().setStatusCode(answer.statusCode());
    copy(answer.headers(), request.response().headers());
    request.response().putHeader(CORRELATION_ID, correlation);
    var _ = request.response().send(answer);
  }

  private static void copy(MultiMap from, MultiMap to) {
    from.forEach(
        field -> {
          if (!STRIPPED.contains(field.getKey().toLowerCase(java.util.Locale.ROOT))) {
            to.add(field.getKey(), field.getValue());
          }
        });
  }
}
