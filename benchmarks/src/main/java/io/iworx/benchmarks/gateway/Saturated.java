package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import java.nio.file.Path;

/**
 * Kept connections with 64 requests under way, the next as soon as there is an answer. Options:
 * {@code proxy}, the {@code path} asked for, and the {@code wire}.
 */
final class Saturated implements Contender {
  @Override
  public void run(Stage stage) throws Exception {
    Proxied proxied = Proxied.start(stage);
    String path = "/api/assets/" + stage.option("path");
    Path folder = Path.of(stage.option("folder"));
    try (Loader loader = Loader.open(proxied.port(), Wire.of(stage), path, folder)) {
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
