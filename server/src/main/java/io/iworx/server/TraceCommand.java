package io.iworx.server;

import io.iworx.correlation.Correlation;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "trace",
    header = "Shows what one request set off: hops, events, deliveries, saga steps.",
    description =
        "Every answer of the gateway names its correlation id in the header x-correlation-id.",
    footer = {
      "",
      "Examples:",
      "  As a tree:             ./iworx trace 0199c0de-7000-7000-8000-000000000001",
      "  For a program:         ./iworx trace CORRELATION_ID --json",
      "  A sequence diagram:    ./iworx trace CORRELATION_ID --mermaid > trace.mmd"
    })
final class TraceCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(paramLabel = "CORRELATION_ID", description = "The request's correlation id.")
  String correlationId = "";

  @ArgGroup Shape shape = new Shape();

  @Spec @Nullable CommandSpec spec;

  /** How it is shown. */
  static final class Shape {
    @Option(names = "--json", description = "As JSON.")
    boolean json;

    @Option(names = "--mermaid", description = "As a Mermaid sequence diagram.")
    boolean mermaid;
  }

  @Override
  public Integer call() {
    if (!Correlation.accepts(correlationId)) {
      throw CommandException.unusable(
          "A correlation id is 1 to 128 characters of A-Z a-z 0-9 . _ : - and this is none: "
              + correlationId);
    }
    try (var admin = AdminClient.of(data.path)) {
      var format = shape.json ? "json" : shape.mermaid ? "mermaid" : "text";
      var trace = admin.get("/admin/traces/" + correlationId, Map.of("format", format));
      Terminal.print(spec, trace.stripTrailing());
      return 0;
    }
  }
}
