package io.iworx.server;

import io.iworx.postgres.LogPartitions;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "rotate",
    header = "Begins a new partition, so that the present one can be dropped some time.",
    footer = {"", "Examples:", "  Now:   ./iworx log rotate"})
final class LogRotateCommand implements Callable<Integer> {
  @Mixin LogDatabase log = new LogDatabase();

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var begun = log.with(this::rotate);
    Terminal.print(
        spec,
        begun.isPresent()
            ? "domain_events_%d takes events from now on".formatted(begun.getAsInt())
            : "the present partition is empty; nothing to do");
    return 0;
  }

  private OptionalInt rotate(LogPartitions partitions) {
    if (!partitions.isPartitioned()) {
      Terminal.print(
          spec,
          "the log becomes a partitioned table: publishing and reading go on; its rows are checked once");
      partitions.partition();
    }
    return partitions.rotate();
  }
}
