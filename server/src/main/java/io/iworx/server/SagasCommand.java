package io.iworx.server;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "sagas",
    header = "Shows sagas, and settles those that are stuck.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SagasListCommand.class,
      SagasShowCommand.class,
      SagasDiagramCommand.class,
      SagasRetryCommand.class,
      SagasSkipCommand.class,
      SagasResumeCommand.class,
      SagasCancelCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  Which are stuck:   ./iworx sagas list --state stuck",
      "  Why, and what was done:  ./iworx sagas show 019ab3…",
      "  Once more:         ./iworx sagas retry 019ab3…"
    })
final class SagasCommand implements Callable<Integer> {
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "Say what to do: list, show, diagram, retry, skip, resume or cancel");
    }
    return CommandException.UNUSABLE;
  }
}
