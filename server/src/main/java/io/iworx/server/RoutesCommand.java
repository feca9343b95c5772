package io.iworx.server;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
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
    name = "routes",
    header = "Lists the gateway's routes with their targets and how those are.",
    footer = {
      "",
      "Examples:",
      "  All of them:     ./iworx routes",
      "  For a program:   ./iworx routes --json",
      "  Before it is used: ./iworx routes --check iworx.yaml",
      "  Read it again:   ./iworx routes --reload"
    })
final class RoutesCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Option(
      names = "--check",
      paramLabel = "FILE",
      description = "Says whether the gateway could use this configuration, and lists its routes.")
  @Nullable Path check;

  @Option(
      names = "--reload",
      description = "Has the running gateway read its configuration again, then lists the routes.")
  boolean reload;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (check != null) {
      return check(check);
    }
    try (var admin = AdminClient.of(data.path)) {
      if (reload) {
        admin.post("/admin/routes/reload", AdminClient.JSON.createObjectNode());
      }
      var answer = admin.json("/admin/routes", Map.of());
      if (json) {
        Terminal.print(spec, answer.path("routes").toString());
        return 0;
      }
      var table = new Table("PATH", "REQUESTS", "TARGET", "HEALTH", "ACCESS", "TIMEOUT");
      for (var each : answer.path("routes")) {
        table.add(
            each.path("path").asString(""),
            each.path("match").asString(""),
            targets(each.path("targets").valueStream().map(JsonNode::asString).toList()),
            each.path("health").asString(""),
            each.path("public").asBoolean() ? "public" : "token",
            each.path("timeoutMs").asLong() / 1000 + " s");
      }
      table.lines().forEach(line -> Terminal.print(spec, line));
      return 0;
    }
  }

  private Integer check(Path file) {
    var config = PlatformConfig.read(file);
    var table = new Table("PATH", "REQUESTS", "TARGET", "ACCESS", "TIMEOUT");
    for (var route : config.routes()) {
      table.add(
          "/api/" + route.service() + route.match().path(),
          route.match().toString(),
          targets(route.targets().stream().map(URI::toString).toList()),
          route.publicAccess() ? "public" : "token",
          route.timeout().toSeconds() + " s");
    }
    table.lines().forEach(line -> Terminal.print(spec, line));
    Terminal.print(spec, "%s can be used: %d routes.".formatted(file, config.routes().size()));
    return 0;
  }

  private static String targets(List<String> urls) {
    return urls.isEmpty() ? "none" : String.join(", ", urls);
  }
}
