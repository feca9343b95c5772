package io.iworx.benchmarks;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code benchmarks/run sagas}. */
@Command(
    name = "sagas",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Sagas of three steps beside DBOS, Restate and the same rows by hand.")
final class SagasCommand implements Callable<Integer> {
  @Mixin private Comparison comparison = new Comparison();

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    return comparison.run(SagaRows.ALL, SagaSides.all(comparison.warmup()), Duration.ofMinutes(3));
  }
}
