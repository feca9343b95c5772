package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A gateway with 1,000 routes at a constant 2,000 requests a second: first left alone, then with
 * all routes changed five times a second.
 */
final class Reloads implements Contender {
  private static final double PER_SECOND = 2_000;
  private static final int CONNECTIONS = 64;
  private static final Duration PAUSE = Duration.ofMillis(200);

  @Override
  public void run(Stage stage) throws Exception {
    Proxied proxied = Proxied.start(stage);
    String request = Loader.get("/api/assets/1", "");
    try (Loader loader = Loader.open(proxied.port(), CONNECTIONS, request)) {
      loader.pace(PER_SECOND, stage.warmup()).sound();
      Load alone = loader.pace(PER_SECOND, stage.seconds()).sound();
      CompletableFuture<Load> under = new CompletableFuture<>();
      Thread.ofPlatform().daemon().start(() -> complete(under, loader, stage.seconds()));
      int reloads = 0;
      while (!under.isDone()) {
        proxied.reload();
        reloads++;
        Thread.sleep(PAUSE);
      }
      Load load = under.get();
      stage.report("reloads", reloads);
      stage.report("failed", load.failures());
      stage.report("added", load.latencies().percentile(99) - alone.latencies().percentile(99));
    }
  }

  private static void complete(CompletableFuture<Load> under, Loader loader, Duration time) {
    try {
      under.complete(loader.pace(PER_SECOND, time));
    } catch (Exception e) {
      under.completeExceptionally(e);
    }
  }
}
