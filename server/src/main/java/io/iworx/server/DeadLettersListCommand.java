package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "list",
    header = "Lists the dead letters of a subscription, the latest first.",
    footer = {
      "",
      "Examples:",
      "  ./iworx dead-letters list stock",
      "  ./iworx dead-letters list stock --json     (with payload and stack)"
    })
final class DeadLettersListCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(index = "0", paramLabel = "SUBSCRIPTION", description = "The subscription's name.")
  String subscription = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many (default: ${DEFAULT-VALUE}).")
  int limit = 100;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      var path = "/admin/dead-letters/" + AdminClient.encoded(subscription);
      var letters = admin.json(path, Map.of("limit", Integer.toString(limit))).path("deadLetters");
      if (json) {
        Terminal.print(spec, letters.toString());
        return 0;
      }
      var table = new Table("POSITION", "EVENT", "TYPE", "KEY", "ATTEMPTS", "SET ASIDE", "REASON");
      for (var each : letters) {
        table.add(
            each.path("position").asLong(),
            each.path("eventId").asString(""),
            each.path("eventType").asString(""),
            each.path("key").asString(""),
            each.path("attempts").asLong(),
            each.path("setAsideAt").asString(""),
            each.path("reason").asString(""));
      }
      table.lines().forEach(line -> Terminal.print(spec, line));
      return 0;
    }
  }
}
