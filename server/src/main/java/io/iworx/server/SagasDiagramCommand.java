package io.iworx.server;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "diagram",
    header = "Draws a definition, or one saga, as it was executed (Mermaid).",
    description = {
      "A box for each step and compensation with how often it was done and failed, the most attempts",
      "and the mean time; an arrow for each way taken, dotted while undoing. Of a definition its",
      "latest sagas, of all versions. What it prints goes into ```mermaid of any Markdown page."
    },
    footer = {
      "",
      "Examples:",
      "  ./iworx sagas diagram open-work-order",
      "  ./iworx sagas diagram 019ab3…"
    })
final class SagasDiagramCommand implements Callable<Integer> {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(
      index = "0",
      paramLabel = "NAME|ID",
      description = "A definition's name, or a saga's id.")
  String what = "";

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The latest N of a definition (default: ${DEFAULT-VALUE}).")
  int limit = 50;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      var diagram = new SagaDiagram(what);
      if (ID.matcher(what).matches()) {
        add(diagram, admin, what);
      } else {
        var query = Map.of("definition", what, "limit", Integer.toString(limit));
        var sagas = admin.json("/admin/sagas", query).path("sagas");
        if (sagas.isEmpty()) {
          throw CommandException.failed("There is no saga of a definition " + what + ".");
        }
        sagas.forEach(each -> add(diagram, admin, each.path("id").asString()));
      }
      diagram.lines().forEach(line -> Terminal.print(spec, line));
      return 0;
    }
  }

  private static void add(SagaDiagram diagram, AdminClient admin, String id) {
    diagram.add(admin.json("/admin/sagas/" + AdminClient.encoded(id), Map.of()));
  }
}
