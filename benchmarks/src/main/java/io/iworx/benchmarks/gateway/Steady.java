package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import java.util.Arrays;

/**
 * A constant 5,000 requests a second, timed from when each was due; reports medians over five
 * stretches. Options: {@code proxy}, {@code recorded} for a token with each request and a hop of
 * each in the database.
 */
final class Steady implements Contender {
  private static final double PER_SECOND = 5_000;
  private static final int CONNECTIONS = 256;
  private static final int STRETCHES = 5;

  @Override
  public void run(Stage stage) throws Exception {
    Proxied proxied = Proxied.start(stage);
    String token = stage.flag("recorded") ? "authorization: Bearer " + Tokens.user() + "\r\n" : "";
    String request = Loader.get("/api/assets/" + stage.option("path"), token);
    try (Loader loader = Loader.open(proxied.port(), CONNECTIONS, request)) {
      loader.pace(PER_SECOND, stage.warmup()).sound();
      stage.watch(proxied.pid());
      double[] p50 = new double[STRETCHES];
      double[] p99 = new double[STRETCHES];
      long answers = 0;
      stage.begin();
      for (int i = 0; i < STRETCHES; i++) {
        Load load = loader.pace(PER_SECOND, stage.seconds()).sound();
        answers += load.answers();
        p50[i] = load.latencies().percentile(50);
        p99[i] = load.latencies().percentile(99);
      }
      stage.end();
      stage.report("events", answers);
      stage.report("answer.p50", median(p50));
      stage.report("answer.p99", median(p99));
      if (stage.flag("recorded")) {
        stage.report("dropped", proxied.droppedHops());
      }
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
