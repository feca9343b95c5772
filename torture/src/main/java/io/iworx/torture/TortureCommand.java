package io.iworx.torture;

import io.iworx.postgres.embedded.EmbeddedPostgresException;
import io.iworx.server.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Breaks the event bus in real processes and counts what it lost, doubled or mixed up. */
@Command(
    name = "torture",
    subcommands = SagaTortureCommand.class,
    header = "Breaks the event bus in real processes, and counts what that cost.",
    description = {
      "Publishers and subscribers run as processes of their own on a PostgreSQL of their own.",
      "While they work, they are killed and frozen, the server is stopped at once, connections are",
      "cut inside a COMMIT, sessions ended, transactions left open. Then all is mended, everything",
      "is delivered, and every promise is checked against journals that survive the killing.",
      "",
      "One line a round, a summary as the last. Exit code 1 when a promise was broken: then the",
      "lines above say which, name the events, and give the command that repeats the round."
    },
    footer = {
      "",
      "Examples:",
      "  A round:                          ./iworx torture",
      "  An hour or so:                    ./iworx torture --rounds 100",
      "  That round again:                 ./iworx torture --seed 4711",
      "  Only some faults:                 ./iworx torture --faults stop-server,cut-publisher",
      "  On an installed PostgreSQL:       ./iworx torture --postgres /usr/lib/postgresql/15",
      "  See that it finds a planted bug:  ./iworx torture --plant naive",
      "",
      "The same seed draws the same faults at the same moments; what the machine does meanwhile",
      "it cannot draw, so a rare finding may take several tries to come again."
    })
final class TortureCommand implements Callable<Integer> {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many rounds (default: ${DEFAULT-VALUE}).")
  int rounds;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "Decides what is left to chance in the first round; the next has the next number (default: drawn, and printed).")
  @Nullable Long seed;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "20s",
      description =
          "How long a round publishes and breaks things; mending and counting come on top (default: ${DEFAULT-VALUE}).")
  Duration duration = TortureOptions.DEFAULT_DURATION;

  @Option(
      names = "--lease",
      paramLabel = "TIME",
      defaultValue = "3s",
      description =
          "The lease of subscribers; others must go on within it and two seconds (default: ${DEFAULT-VALUE}).")
  Duration lease = TortureOptions.DEFAULT_LEASE;

  @Option(
      names = "--faults",
      paramLabel = "FAULT",
      split = ",",
      description = "Only these: ${COMPLETION-CANDIDATES} (default: all).")
  @Nullable List<Fault> faults;

  @Option(
      names = "--plant",
      paramLabel = "DEFECT",
      split = ",",
      description =
          "Builds defects into the workload, to see them found: ${COMPLETION-CANDIDATES} (default: none).")
  @Nullable List<Plant> plants;

  @Option(
      names = "--postgres",
      paramLabel = "DIR",
      description =
          "An installed PostgreSQL, the folder above its bin, instead of the one that comes along.")
  @Nullable Path binaries;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    var options = options();
    say("torture: seed " + options.seed());
    try (var _ = Interruption.ofThisThread();
        var folder = WorkFolder.create()) {
      return run(options, folder);
    } catch (InterruptedException e) {
      say("torture: interrupted; nothing was judged");
      return CommandException.FAILED;
    } catch (EmbeddedPostgresException e) {
      throw CommandException.unusable(String.valueOf(e.getMessage()), e);
    }
  }

  private int run(TortureOptions options, WorkFolder folder) throws Exception {
    List<RoundResult> results;
    try {
      results = new Torture(options, folder.path(), this::say).run();
    } catch (TortureException e) {
      folder.keep();
      throw CommandException.failed(e.getMessage() + " Journals and logs: " + folder.path());
    }
    var clean = results.stream().allMatch(RoundResult::isClean);
    if (!clean) {
      folder.keep();
      say("  journals and logs: " + folder.path());
    }
    say(Report.summary(results, options.seed()));
    return clean ? 0 : CommandException.FAILED;
  }

  private TortureOptions options() {
    if (binaries != null && !Files.isExecutable(binaries.resolve("bin").resolve("postgres"))) {
      throw CommandException.unusable(
          "There is no PostgreSQL in " + binaries + ": it has no bin/postgres.");
    }
    try {
      return new TortureOptions(
          seed == null ? new SplittableRandom().nextInt(1_000_000) : seed,
          rounds,
          duration,
          lease,
          TortureOptions.DEFAULT_PUBLISHERS,
          TortureOptions.DEFAULT_SUBSCRIBERS,
          faults == null ? Set.of(Fault.values()) : EnumSet.copyOf(faults),
          plants == null ? Set.of() : EnumSet.copyOf(plants),
          TortureOptions.DEFAULT_PATIENCE,
          binaries);
    } catch (IllegalArgumentException e) {
      throw CommandException.unusable(String.valueOf(e.getMessage()), e);
    }
  }

  private void say(String line) {
    var out = Objects.requireNonNull(spec).commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
