package io.iworx.server;

import io.iworx.server.spi.Extension;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** The iworx program: the command line over the platform and over a running instance of it. */
@Command(
    name = "iworx",
    header = "iWorX: calls, events and sagas between services, and one picture of them.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = Version.class,
    footer = {
      "",
      "Examples:",
      "  See it work:            ./iworx demo",
      "  Run it:                 ./iworx up",
      "  A token for calls:      ./iworx token --user ada --organization acme",
      "  What a request set off: ./iworx trace CORRELATION_ID",
      "  Watch events:           ./iworx events tail --type 'work_order.*'",
      "  What is wrong:          ./iworx doctor",
      "",
      "Exit codes: 0 done, 1 did not succeed, 2 cannot be done as asked (one sentence on standard error says why)."
    })
public final class Iworx {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Says what the command does, with examples.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Prints the version.")
  boolean version;

  @Option(
      names = "--log",
      paramLabel = "LEVEL",
      scope = ScopeType.INHERIT,
      description = "What to log on the terminal: debug, info or warn (default: warn).")
  void logLevel(LogLevel level) {
    Logging.terminalLevel(level);
  }

  private Iworx() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The whole command line, with the commands of every extension on the class path. */
  static CommandLine commandLine() {
    var line = new CommandLine(new Iworx());
    line.addSubcommand(new UpCommand());
    line.addSubcommand(new GatewayCommand());
    line.addSubcommand(new TokenCommand());
    line.addSubcommand(new TraceCommand());
    line.addSubcommand(new EventsCommand());
    line.addSubcommand(new LogCommand());
    line.addSubcommand(new SubscriptionsCommand());
    line.addSubcommand(new DeadLettersCommand());
    line.addSubcommand(new SagasCommand());
    line.addSubcommand(new RoutesCommand());
    line.addSubcommand(new DoctorCommand());
    for (var extension : ServiceLoader.load(Extension.class)) {
      extension.commands().forEach(line::addSubcommand);
    }
    line.registerConverter(Duration.class, Durations::parse);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setParameterExceptionHandler(Iworx::misused);
    line.setExecutionExceptionHandler((failure, at, _) -> failed(failure, at));
    return line;
  }

  private static int misused(ParameterException misuse, String[] arguments) {
    var at = misuse.getCommandLine();
    say(at.getErr(), String.valueOf(misuse.getMessage()).lines().findFirst().orElse(""));
    say(at.getErr(), "'%s --help' shows how it is used.".formatted(commandName(at)));
    return CommandException.UNUSABLE;
  }

  private static int failed(Exception failure, CommandLine at) {
    if (failure instanceof CommandException known) {
      say(at.getErr(), known.sentence());
      return known.exitCode();
    }
    say(at.getErr(), "this should not have happened: " + failure);
    Logging.debug("The command failed", failure);
    return CommandException.FAILED;
  }

  private static String commandName(CommandLine at) {
    return "./" + at.getCommandSpec().qualifiedName();
  }

  private static void say(PrintWriter err, String sentence) {
    err.println("iworx: " + sentence);
    err.flush();
  }
}
