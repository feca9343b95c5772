package io.iworx.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code benchmarks/run gateway}. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The gateway beside other reverse proxies; at most 25 minutes.")
final class GatewayCommand implements Callable<Integer> {
  @Mixin private Comparison comparison = new Comparison();

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    return comparison.run(
        GatewayRows.ALL, GatewaySides.all(comparison.warmup()), Duration.ofMinutes(1));
  }
}
