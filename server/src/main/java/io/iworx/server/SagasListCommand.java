package io.iworx.server;

import java.util.HashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "list",
    header = "Lists sagas, the latest first.",
    footer = {
      "",
      "Examples:",
      "  ./iworx sagas list",
      "  ./iworx sagas list --state stuck",
      "  ./iworx sagas list --definition open-work-order --json"
    })
final class SagasListCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "running, compensating, completed, compensated or stuck (default: all).")
  @Nullable String state;

  @Option(names = "--definition", paramLabel = "NAME", description = "Only those of a definition.")
  @Nullable String definition;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many (default: ${DEFAULT-VALUE}).")
  int limit = 50;

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    var query = new HashMap<String, String>();
    query.put("limit", Integer.toString(limit));
    if (state != null) {
      query.put("state", state);
    }
    if (definition != null) {
      query.put("definition", definition);
    }
    try (var admin = AdminClient.of(data.path)) {
      var sagas = admin.json("/admin/sagas", query).path("sagas");
      if (json) {
        Terminal.print(spec, sagas.toString());
        return 0;
      }
      var table = new Table("ID", "DEFINITION", "KEY", "STATE", "STARTED", "WHY");
      for (var each : sagas) {
        table.add(
            each.path("id").asString(""),
            each.path("definition").asString("") + " " + each.path("version").asInt(),
            each.path("key").asString(""),
            each.path("state").asString(""),
            each.path("startedAt").asString(""),
            SagaText.why(each));
      }
      table.lines().forEach(line -> Terminal.print(spec, line));
      return 0;
    }
  }
}
