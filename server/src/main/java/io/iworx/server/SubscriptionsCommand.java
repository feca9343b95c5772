package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
    name = "subscriptions",
    header = "Lists the subscriptions: what they want, who delivers, how far they are.",
    subcommands = {
      SubscriptionPauseCommand.class,
      SubscriptionResumeCommand.class,
      SubscriptionReplayCommand.class,
      SubscriptionRepartitionCommand.class,
      SubscriptionRemoveCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  All of them:     ./iworx subscriptions",
      "  For a program:   ./iworx subscriptions --json",
      "  Stop delivery:   ./iworx subscriptions pause stock",
      "  Begin anew:      ./iworx subscriptions replay stock --since 2026-11-23T10:00:00Z"
    })
final class SubscriptionsCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      var answer = admin.json("/admin/subscriptions", Map.of());
      if (json) {
        Terminal.print(spec, answer.path("subscriptions").toString());
        return 0;
      }
      var table =
          new Table(
              "NAME", "SERVICE", "EVENTS", "CHECKPOINT", "LAG", "BLOCKED", "DEAD", "DELIVERED BY");
      for (var each : answer.path("subscriptions")) {
        table.add(
            each.path("name").asString(""),
            each.path("service").asString(""),
            patterns(each),
            each.path("checkpoint").asLong(),
            lag(each),
            each.path("blockedKeys").asLong(),
            each.path("deadLetters").asLong(),
            instances(each));
      }
      table.lines().forEach(line -> Terminal.print(spec, line));
      return 0;
    }
  }

  private static String instances(JsonNode each) {
    if (each.path("paused").asBoolean(false)) {
      return "paused";
    }
    var names = each.path("instances").valueStream().map(it -> it.asString("")).toList();
    return names.isEmpty() ? "nobody" : String.join(",", names);
  }

  private static String patterns(JsonNode each) {
    return String.join(
        ",", each.path("patterns").valueStream().map(it -> it.asString("")).toList());
  }

  private static String lag(JsonNode each) {
    var events = each.path("lag").asLong();
    return events == 0
        ? "0"
        : "%d (%.1f s)".formatted(events, each.path("oldestUnreadMs").asLong() / 1000.0);
  }
}
