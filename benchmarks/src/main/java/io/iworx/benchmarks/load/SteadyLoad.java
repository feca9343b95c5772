package io.iworx.benchmarks.load;

/**
 * Publishes at 1,000 a second and handles in the same process. Option {@code foreign}: while
 * somebody else's write transaction is open.
 */
final class SteadyLoad implements Contender {
  static final double PER_SECOND = 1_000;

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage);
    if (stage.flag("foreign")) {
      try (ForeignWrite _ = ForeignWrite.open(stage)) {
        measure(stage, bus);
      }
    } else {
      measure(stage, bus);
    }
  }

  private static void measure(Stage stage, Ourselves bus) throws Exception {
    Arrivals arrivals = new Arrivals();
    bus.subscribe("arrivals", arrivals::handle);
    Pace pace = new Pace(PER_SECOND);
    pace.callFor(stage.warmup(), bus::publish);
    stage.begin();
    arrivals.measure();
    long published = pace.callFor(stage.seconds(), bus::publish);
    Latencies latencies = arrivals.after(published);
    stage.end();
    stage.report("events", latencies.count());
    stage.report("handled", latencies);
  }
}
