package io.iworx.server;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "events",
    header = "Watches and publishes events.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      EventsTailCommand.class,
      EventsPublishCommand.class,
      EventsScheduledCommand.class,
      EventsCancelCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  Watch:     ./iworx events tail --type 'work_order.*'",
      "  Publish:   ./iworx events publish asset.updated '{\"assetId\":\"a-1\"}' --key a-1",
      "  Later:     ./iworx events publish asset.updated '{\"assetId\":\"a-1\"}' --at 2030-01-01T08:00:00Z",
      "  To come:   ./iworx events scheduled"
    })
final class EventsCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "Say what to do: tail, publish, scheduled or cancel");
    }
    return CommandException.UNUSABLE;
  }
}
