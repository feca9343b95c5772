package io.iworx.benchmarks.load;

import java.sql.Connection;

/**
 * Callers that each start a saga and wait for its result: what every side of {@code run sagas} has
 * to do. Counts the rows in the end.
 *
 * <p>Options: {@code callers}, and {@code failing} for sagas whose last step fails.
 */
public final class SagaCallers {
  private final Stage stage;
  private final Callers callers;
  private volatile Latencies latencies = new Latencies();

  private SagaCallers(Stage stage, Callers.Call saga) {
    this.stage = stage;
    this.callers =
        new Callers(
            stage.number("callers"),
            () -> Long.MAX_VALUE,
            sequence -> {
              long started = System.nanoTime();
              saga.make(sequence);
              latencies.add(System.nanoTime() - started);
            });
  }

  /** Warms up and measures a saga, whose call returns with its result. */
  public static void measure(Stage stage, Callers.Call saga) throws Exception {
    new SagaCallers(stage, saga).measure();
  }

  private void measure() throws Exception {
    callers.callFor(stage.warmup());
    ServerTally before = ServerTally.take(stage);
    latencies = new Latencies();
    stage.begin();
    long sagas = callers.callFor(stage.seconds());
    stage.end();
    stage.report("events", sagas);
    stage.report("saga", latencies);
    ServerTally.take(stage).reportSince(before, sagas, stage);
    requireAllRows();
  }

  private void requireAllRows() throws Exception {
    long expected = callers.made() * Bookings.rows(stage.flag("failing"));
    try (Connection connection = stage.connect()) {
      long found = Bookings.count(connection);
      if (found != expected) {
        throw new IllegalStateException(
            "Of " + expected + " rows of all sagas " + found + " are there.");
      }
    }
  }
}
