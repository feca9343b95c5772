package io.iworx.server;

import io.iworx.postgres.LogPartitions;
import io.iworx.postgres.LogSize;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "log",
    header =
        "Shows how large the event log is: its partitions, how old they are, and who still needs them.",
    subcommands = {LogRotateCommand.class, LogDropCommand.class},
    footer = {
      "",
      "Examples:",
      "  All of them:             ./iworx log",
      "  Begin a new one:         ./iworx log rotate",
      "  What could be dropped:   ./iworx log drop --older-than 30d --dry-run",
      "  Drop it:                 ./iworx log drop --older-than 30d"
    })
final class LogCommand implements Callable<Integer> {
  private static final double MEGABYTE = 1024.0 * 1024.0;

  @Mixin LogDatabase log = new LogDatabase();

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    return log.with(this::show);
  }

  private int show(LogPartitions partitions) {
    var all = partitions.list();
    if (json) {
      Terminal.print(spec, AdminClient.JSON.writeValueAsString(all));
      return 0;
    }
    if (all.isEmpty()) {
      showPlain(partitions.size());
      return 0;
    }
    var now = Clock.systemUTC().instant();
    var table =
        new Table("PARTITION", "STATE", "FROM", "TO", "EVENTS", "SIZE", "CLOSED", "NEEDED BY");
    for (var each : all) {
      table.add(
          each.table(),
          each.state().name().toLowerCase(Locale.ROOT),
          each.firstPosition(),
          each.lastPosition() == null ? "-" : each.lastPosition(),
          "~" + each.events(),
          size(each.bytes()),
          age(each.closedAt(), now),
          each.neededBy().isEmpty() ? "nobody" : String.join(",", each.neededBy()));
    }
    table.lines().forEach(line -> Terminal.print(spec, line));
    return 0;
  }

  private void showPlain(LogSize whole) {
    Terminal.print(
        spec,
        "domain_events: ~%d events, %s, the oldest %s"
            .formatted(
                whole.events(),
                size(whole.bytes()),
                whole.oldest() == null ? "-" : "of " + whole.oldest()));
    Terminal.print(
        spec,
        "retention is off: every event is kept, in one plain table; the section 'retention' of the configuration, or './iworx log rotate', makes it a partitioned one");
  }

  static String size(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / MEGABYTE);
  }

  private static String age(@Nullable Instant closedAt, Instant now) {
    if (closedAt == null) {
      return "-";
    }
    var age = Duration.between(closedAt, now);
    if (age.toDays() > 1) {
      return age.toDays() + "d ago";
    }
    return age.toHours() > 1 ? age.toHours() + "h ago" : age.toMinutes() + "m ago";
  }
}
