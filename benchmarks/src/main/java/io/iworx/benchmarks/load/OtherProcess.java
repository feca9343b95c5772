package io.iworx.benchmarks.load;

import java.util.concurrent.CompletableFuture;

/** Another process publishes at 1,000 a second, this one handles. */
final class OtherProcess implements Contender {

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage);
    Arrivals arrivals = new Arrivals();
    bus.subscribe("arrivals", arrivals::handle);
    CompletableFuture<Boolean> warm = new CompletableFuture<>();
    CompletableFuture<Long> published = new CompletableFuture<>();
    Instance other =
        Instance.start(
            stage,
            "instance-publishing",
            line -> {
              if (line.equals("begin")) {
                warm.complete(true);
              } else if (line.startsWith("value published ")) {
                published.complete(Long.parseLong(line.substring("value published ".length())));
              }
            });
    warm.get();
    stage.begin();
    arrivals.measure();
    other.go();
    other.await();
    Latencies latencies = arrivals.after(published.get());
    stage.end();
    stage.report("events", latencies.count());
    stage.report("handled", latencies);
  }

  /** The other process. */
  static final class Publishing implements Contender {
    @Override
    public void run(Stage stage) throws Exception {
      Ourselves bus = Ourselves.open(stage);
      Pace pace = new Pace(SteadyLoad.PER_SECOND);
      pace.callFor(stage.warmup(), bus::publish);
      stage.begin();
      stage.report("published", pace.callFor(stage.seconds(), bus::publish));
    }
  }
}
