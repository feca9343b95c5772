package io.iworx.torture;

import io.iworx.postgres.embedded.EmbeddedPostgresException;
import io.iworx.server.CommandException;
import java.nio.file.Path;
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

/** Strikes sagas at every commit and every call, and counts what each step did. */
@Command(
    name = "sagas",
    header = "Strikes sagas at every commit and every call, and counts what each step did.",
    description = {
      "Two worker processes run a saga, one after the other, on a PostgreSQL of its own. Everything",
      "they say to the database and to the service they call passes a gate, which holds one message:",
      "before it arrives, or after it took effect and before they know. Then the process is killed or",
      "frozen, the connection cut, the server stopped, … and the saga goes on. All moments, one after",
      "the other, forward and while undoing; in the end every effect is counted.",
      "",
      "A line for each kind, a summary as the last. Exit code 1 when a promise was broken: then the",
      "lines above say which, and give the command that strikes that moment again."
    },
    footer = {
      "",
      "Examples:",
      "  All of it, half an hour or less:  ./iworx torture sagas",
      "  Only kill -9:                     ./iworx torture sagas --faults kill",
      "  One moment again:                 ./iworx torture sagas --paths undo --faults kill --moment 17",
      "  See that it finds a planted bug:  ./iworx torture sagas --faults kill --plant forget"
    })
final class SagaTortureCommand implements Callable<Integer> {
  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Decides how wrong clocks are (default: drawn, and printed).")
  @Nullable Long seed;

  @Option(
      names = "--paths",
      paramLabel = "PATH",
      split = ",",
      description = "Only these ways: ${COMPLETION-CANDIDATES} (default: all).")
  @Nullable List<SagaPath> paths;

  @Option(
      names = "--faults",
      paramLabel = "FAULT",
      split = ",",
      description = "Only these: ${COMPLETION-CANDIDATES} (default: all).")
  @Nullable List<SagaFault> faults;

  @Option(names = "--moment", paramLabel = "N", description = "Only the N-th moment.")
  @Nullable Integer moment;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "1",
      description = "Only every N-th moment (default: ${DEFAULT-VALUE}).")
  int every;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "How many sagas at a time, each on a server of its own (default: ${DEFAULT-VALUE}).")
  int lanes;

  @Option(
      names = "--plant",
      paramLabel = "DEFECT",
      defaultValue = "NONE",
      description =
          "Builds in a defect, to see it found: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  SagaPlant plant = SagaPlant.NONE;

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
    say("torture sagas: seed " + options.seed());
    try (var _ = Interruption.ofThisThread();
        var folder = WorkFolder.create()) {
      return run(options, folder);
    } catch (InterruptedException e) {
      say("torture sagas: interrupted; nothing was judged");
      return CommandException.FAILED;
    } catch (EmbeddedPostgresException e) {
      throw CommandException.unusable(String.valueOf(e.getMessage()), e);
    }
  }

  private int run(SagaTortureOptions options, WorkFolder folder) throws Exception {
    var result = new SagaTorture(options, folder.path(), this::say).run();
    SagaReport.lines(result, options).forEach(this::say);
    var clean = result.findings().isEmpty();
    if (!clean) {
      folder.keep();
      say("  logs: " + folder.path());
    }
    say(SagaReport.summary(result, options));
    return clean ? 0 : CommandException.FAILED;
  }

  private SagaTortureOptions options() {
    try {
      return new SagaTortureOptions(
          seed == null ? new SplittableRandom().nextInt(1_000_000) : seed,
          paths == null ? Set.of(SagaPath.values()) : EnumSet.copyOf(paths),
          faults == null ? Set.of(SagaFault.values()) : EnumSet.copyOf(faults),
          moment == null ? 1 : moment,
          every,
          moment == null ? Integer.MAX_VALUE : moment,
          SagaTortureOptions.DEFAULT_LEASE,
          moment == null ? lanes : 1,
          plant,
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
