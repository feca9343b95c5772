package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "scheduled",
    header = "Lists the events that are to enter the log, the next first.",
    footer = {
      "",
      "Examples:",
      "  The next ones:   ./iworx events scheduled",
      "  For a program:   ./iworx events scheduled --json"
    })
final class EventsScheduledCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many, up to 500 (default: 100).")
  int limit = 100;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      var answer = admin.json("/admin/scheduled-events", Map.of("limit", Integer.toString(limit)));
      if (json) {
        Terminal.print(spec, answer.path("scheduled").toString());
        return 0;
      }
      var table = new Table("AT", "TYPE", "ID", "KEY", "SERVICE", "REFUSED");
      for (var each : answer.path("scheduled")) {
        table.add(
            each.path("at").asString(""),
            each.path("eventType").asString(""),
            each.path("eventId").asString(""),
            each.path("key").asString("-"),
            each.path("serviceName").asString(""),
            each.path("refused").asString("-"));
      }
      table.lines().forEach(line -> Terminal.print(spec, line));
      return 0;
    }
  }
}
