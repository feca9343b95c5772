package io.iworx.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code benchmarks/run client}. */
@Command(
    name = "client",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The service client beside the engine it is built on; at most 3 minutes.")
final class ClientCommand implements Callable<Integer> {
  private static final String OURS = "service-client";
  private static final String THEIRS = "apache";

  private static final List<Row> ROWS =
      List.of(
          Row.cost(
              "cpu/apache",
              "CPU a call of the service client ÷ Apache HttpClient 5 alone",
              "µs CPU",
              "micros",
              OURS,
              THEIRS,
              new Bound(1.2, 1.05, true, true, false)));

  @Mixin private Comparison comparison = new Comparison();

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    List<Side> sides = List.of(side(OURS, "iworx"), side(THEIRS, "apache"));
    return comparison.run(ROWS, sides, Duration.ofMinutes(1));
  }

  private static Side side(String name, String engine) {
    return Side.of(name, "calls").with(Map.of("engine", engine)).in(Side.Store.NONE);
  }
}
