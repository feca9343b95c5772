package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;

/**
 * 64 kept connections, each with its next request as soon as it has its answer. Options: {@code
 * proxy}, and the {@code path} asked for.
 */
final class Saturated implements Contender {
  private static final int CONNECTIONS = 64;

  @Override
  public void run(Stage stage) throws Exception {
    Proxied proxied = Proxied.start(stage);
    String request = Loader.get("/api/assets/" + stage.option("path"), "");
    try (Loader loader = Loader.open(proxied.port(), CONNECTIONS, request)) {
      loader.saturate(stage.warmup()).sound();
      stage.watch(proxied.pid());
      double allocated = proxied.allocatedBytes();
      stage.begin();
      Load load = loader.saturate(stage.seconds()).sound();
      stage.end();
      stage.report("events", load.answers());
      stage.report("allocated", (proxied.allocatedBytes() - allocated) / load.answers());
    }
  }
}
