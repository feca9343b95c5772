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
    name = "routes",
    header = "Lists the gateway's routes with their targets and how those are.",
    footer = {
      "",
      "Examples:",
      "  All of them:     ./iworx routes",
      "  For a program:   ./iworx routes --json"
    })
final class RoutesCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      var answer = admin.json("/admin/routes", Map.of());
      if (json) {
        Terminal.print(spec, answer.path("routes").toString());
        return 0;
      }
      var table = new Table("PATH", "TARGET", "HEALTH", "ACCESS", "TIMEOUT");
      for (var each : answer.path("routes")) {
        table.add(
            "/api/" + each.path("service").asString(""),
            each.path("target").asString("none"),
            each.path("health").asString(""),
            each.path("public").asBoolean() ? "public" : "token",
            each.path("timeoutMs").asLong() / 1000 + " s");
      }
      table.lines().forEach(line -> Terminal.print(spec, line));
      return 0;
    }
  }
}
