package io.iworx.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code benchmarks/run events}. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The event bus beside COPY, plain JDBC and its peers; at most 25 minutes.")
final class EventsCommand implements Callable<Integer> {
  @Mixin private Comparison comparison = new Comparison();

  @Option(
      names = "--long",
      description =
          "The foreign transaction stays open for 10 minutes, and 5 million events are caught up; no round is left out.")
  private boolean extended;

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    if (extended) {
      comparison.unhurried();
    }
    return comparison.run(
        EventRows.ALL,
        EventSides.all(comparison.seconds(), comparison.warmup(), extended),
        Duration.ofMinutes(extended ? 30 : 3));
  }
}
