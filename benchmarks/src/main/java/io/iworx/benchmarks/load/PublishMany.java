package io.iworx.benchmarks.load;

/** 256 callers publish; nobody reads. Reports how many events shared a commit, too. */
final class PublishMany implements Contender {

  @Override
  public void run(Stage stage) throws Exception {
    try (Ourselves bus = Ourselves.open(stage)) {
      Latencies[] acknowledged = {new Latencies()};
      Callers callers =
          new Callers(
              Callers.MANY,
              () -> Long.MAX_VALUE,
              sequence -> {
                long sent = System.nanoTime();
                bus.publish(sequence, sent);
                acknowledged[0].add(System.nanoTime() - sent);
              });
      callers.callFor(stage.warmup());
      acknowledged[0] = new Latencies();
      long before = bus.ask("SELECT count(*) FROM domain_events");
      stage.begin();
      long published = callers.callFor(stage.seconds());
      stage.end();
      stage.report("events", published);
      stage.report("ack", acknowledged[0]);
      long stored = bus.ask("SELECT count(*) FROM domain_events") - before;
      stage.report("lost", published - stored);
      stage.report(
          "batch",
          (double) (before + stored)
              / bus.ask("SELECT count(DISTINCT xmin::text) FROM domain_events"));
    }
  }
}
