package io.iworx.server;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A gateway starts, passes a few requests on and stops: what the launcher lets the JVM watch for
 * its cache of loaded classes, so that later starts are faster.
 */
public final class Rehearsal {
  private static final int REQUESTS = 20;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

  private Rehearsal() {}

  /** Rehearses once and exits; with 1 when the gateway did not answer. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    service.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    service.start();
    var port = Ports.free(0, "the rehearsal", "--port");
    var config = Files.createTempFile("iworx-rehearsal", ".yaml");
    Files.writeString(
        config,
        "routes: [{service: assets, public: true, target: 'http://127.0.0.1:%d'}]"
            .formatted(service.getAddress().getPort()));
    Thread.ofPlatform()
        .daemon()
        .start(
            () ->
                Iworx.commandLine()
                    .execute("gateway", "--config", config.toString(), "--port", "" + port));
    var answered = answers(URI.create("http://127.0.0.1:" + port + "/api/assets/1"));
    Files.delete(config);
    System.exit(answered ? 0 : 1);
  }

  private static boolean answers(URI address) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE;
    var request = HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(5)).build();
    try (var client = HttpClient.newHttpClient()) {
      for (var answers = 0; answers < REQUESTS; ) {
        try {
          var answer = client.send(request, HttpResponse.BodyHandlers.discarding());
          answers += answer.statusCode() == 200 ? 1 : 0;
        } catch (IOException e) {
          TimeUnit.MILLISECONDS.sleep(20); // it does not listen yet
        }
        if (System.nanoTime() - end > 0) {
          return false;
        }
      }
    }
    return true;
  }
}
