package io.iworx.server;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "cancel",
    header = "Takes back an event that is scheduled.",
    footer = {"", "Examples:", "  ./iworx events cancel reminder-2030-01-01"})
final class EventsCancelCommand implements Callable<Integer> {
  @Mixin InstanceFolder data = new InstanceFolder();

  @Parameters(index = "0", paramLabel = "ID", description = "The event's id.")
  String id = "";

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    try (var admin = AdminClient.of(data.path)) {
      admin.post(
          "/admin/scheduled-events/cancel/" + AdminClient.encoded(id),
          AdminClient.JSON.createObjectNode());
      Terminal.print(spec, "cancelled " + id);
      return 0;
    }
  }
}
