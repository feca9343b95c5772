package io.iworx.benchmarks;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code benchmarks/run}. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "NAME",
    subcommands = {
      EventsCommand.class,
      GatewayCommand.class,
      ClientCommand.class,
      SagasCommand.class
    },
    description = "Measures what is promised, beside those it is compared with.")
public final class Benchmarks {
  Benchmarks() {}

  /** Runs the named benchmark and exits. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).execute(arguments));
  }
}
