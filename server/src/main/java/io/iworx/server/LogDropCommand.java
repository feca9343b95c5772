package io.iworx.server;

import io.iworx.postgres.LogPartition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "drop",
    header =
        "Drops whole partitions whose events are all old enough and read by every subscription.",
    footer = {
      "",
      "Examples:",
      "  What would go:        ./iworx log drop --older-than 30d --dry-run",
      "  Do it:                ./iworx log drop --older-than 30d",
      "  Unread ones as well:  ./iworx log drop --older-than 90d --unread"
    })
final class LogDropCommand implements Callable<Integer> {
  @Mixin LogDatabase log = new LogDatabase();

  @Option(
      names = "--older-than",
      required = true,
      paramLabel = "TIME",
      description = "How long ago the last event was published: 12h, 30d")
  Duration olderThan = Duration.ZERO;

  @Option(names = "--unread", description = "Also what subscriptions have not read.")
  boolean unread;

  @Option(names = "--dry-run", description = "Only says what would go.")
  boolean dryRun;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    List<LogPartition> gone =
        log.with(it -> dryRun ? it.droppable(olderThan, unread) : it.drop(olderThan, unread));
    for (var each : gone) {
      Terminal.print(
          spec,
          "%s %s: ~%d events, %s"
              .formatted(
                  each.table(),
                  dryRun ? "would go" : "is gone",
                  each.events(),
                  LogCommand.size(each.bytes())));
    }
    if (gone.isEmpty()) {
      Terminal.print(spec, "nothing to drop; './iworx log' says who needs what");
    }
    return 0;
  }
}
