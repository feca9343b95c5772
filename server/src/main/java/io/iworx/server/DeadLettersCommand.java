package io.iworx.server;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "dead-letters",
    header = "Shows, redrives and discards what subscriptions could not handle.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DeadLettersListCommand.class,
      DeadLettersRedriveCommand.class,
      DeadLettersDiscardCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  Why they failed:   ./iworx dead-letters list stock",
      "  Deliver again:     ./iworx dead-letters redrive stock"
    })
final class DeadLettersCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "Say what to do: list, redrive or discard");
    }
    return CommandException.UNUSABLE;
  }
}
