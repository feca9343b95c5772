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
    name = "show",
    header = "Shows a saga: how it stands, its steps with times and attempts, what operators did.",
    footer = {
      "",
      "Examples:",
      "  ./iworx sagas show 019ab3…",
      "  ./iworx sagas show 019ab3… --json"
    })
final class SagasShowCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(index = "0", paramLabel = "ID", description = "The saga's id.")
  String id = "";

  @Option(names = "--json", description = "As JSON.")
  boolean json;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      var saga = admin.json("/admin/sagas/" + AdminClient.encoded(id), Map.of());
      if (json) {
        Terminal.print(spec, saga.toString());
      } else {
        SagaText.lines(saga).forEach(line -> Terminal.print(spec, line));
      }
      return 0;
    }
  }
}
