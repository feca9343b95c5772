package io.iworx.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the sides of a table in rounds, and reports; with the options of every such command. */
final class Comparison {
  private static final int PROBES = 50;

  /** Other work than this, in processes that want to run. */
  private static final double QUIET = 0.5;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How long each run is measured (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long each run warms up before (default: ${DEFAULT-VALUE}).")
  private double warmup;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often every side runs, in turns (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "After this time no further round begins a side that has been measured (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where to write the result (default: benchmarks/results/${COMMAND-NAME}.json).")
  private @Nullable Path json;

  @Option(
      names = "--only",
      paramLabel = "ROW",
      arity = "1..*",
      description = "Only these rows, or groups of them: the name up to a slash or a dot.")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Names the rows, and ends.")
  private boolean list;

  double seconds() {
    return seconds;
  }

  double warmup() {
    return warmup;
  }

  /** No round is left out, however long it takes. */
  void unhurried() {
    minutes = Double.POSITIVE_INFINITY;
  }

  /**
   * Runs what the chosen rows need, prints the table and writes the result.
   *
   * @param sides in the order in which a round runs them
   * @param patience how long a run may take, beside ten times its seconds
   */
  int run(List<Row> all, List<Side> sides, Duration patience)
      throws IOException, SQLException, InterruptedException {
    List<Row> rows = chosen(all);
    if (list) {
      rows.forEach(row -> spec.commandLine().getOut().printf("%-30s %s%n", row.name(), row.what()));
      return 0;
    }
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    if (load > QUIET) {
      say(
          "the machine is busy (load "
              + Report.text(load)
              + "): rates and latencies will be noise.");
    }
    Results results = new Results();
    double fsync;
    Bench bench = Bench.open(patience.plusSeconds((long) (10 * (seconds + warmup))));
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(bench::close));
    try (bench) {
      fsync = fsyncMillis(bench.folder());
      runAll(bench, needed(rows, sides), results);
    }
    Report report =
        new Report(
            spec.name(),
            System.getProperty("iworx.commit", "unknown"),
            seconds,
            rounds,
            load,
            fsync,
            rows.stream().map(row -> row.outcome(results)).toList());
    Path file = json == null ? defaultFile() : json;
    report.write(file);
    spec.commandLine().getOut().println(report.table());
    say("written to " + file);
    return 0;
  }

  private static List<Side> needed(List<Row> rows, List<Side> sides) {
    Set<String> names =
        rows.stream().flatMap(row -> row.sides().stream()).collect(Collectors.toSet());
    return sides.stream().filter(it -> names.contains(it.name())).toList();
  }

  private void runAll(Bench bench, List<Side> sides, Results results)
      throws IOException, SQLException, InterruptedException {
    long started = System.nanoTime();
    for (int round = 1; round <= rounds; round++) {
      for (Side side : sides) {
        boolean late = System.nanoTime() - started > minutes * 60e9;
        if (round <= side.rounds() && (results.runs(side.name()) == 0 || !late)) {
          run(bench, side, round, results);
        }
      }
    }
  }

  private Path defaultFile() {
    return Path.of(System.getProperty("iworx.benchmarks", "."), "results", spec.name() + ".json");
  }

  private List<Row> chosen(List<Row> all) {
    for (String name : only) {
      if (all.stream().noneMatch(row -> named(row, name))) {
        throw new ParameterException(
            spec.commandLine(), "No row is called " + name + ": --list names them.");
      }
    }
    return all.stream()
        .filter(row -> only.isEmpty() || only.stream().anyMatch(it -> named(row, it)))
        .toList();
  }

  /** Its name, or the beginning of it up to a slash or a dot. */
  private static boolean named(Row row, String name) {
    return row.name().equals(name)
        || row.name().startsWith(name + "/")
        || row.name().startsWith(name + ".");
  }

  private void run(Bench bench, Side side, int round, Results results)
      throws IOException, SQLException, InterruptedException {
    String place = "round " + round + " of " + rounds + ": " + side.name();
    if (results.absence(side.name()).isPresent()) {
      return;
    }
    Optional<String> missing = side.missing().get();
    if (missing.isPresent()) {
      results.miss(side.name(), missing.get(), false);
      say(place + " is not there: " + missing.get());
      return;
    }
    Map<String, String> options = new TreeMap<>(side.options().apply(results));
    options.putIfAbsent("seconds", Double.toString(seconds));
    options.putIfAbsent("warmup", Double.toString(warmup));
    try {
      Measurement measured = bench.run(side, options);
      results.add(side.name(), measured);
      say(place + ": " + described(measured));
    } catch (TrialException e) {
      results.miss(side.name(), "failed: " + e.getMessage(), true);
      say(place + " failed: " + e.getMessage());
    }
  }

  private static String described(Measurement measured) {
    String figures =
        new TreeMap<>(measured.values())
            .entrySet().stream()
                .filter(it -> !Set.of("events", "seconds").contains(it.getKey()))
                .map(it -> it.getKey() + " " + Report.text(it.getValue()))
                .collect(Collectors.joining(", "));
    Function<String, String> figure = name -> Report.text(measured.figure(name));
    String speed =
        Double.isNaN(measured.figure("rate"))
            ? ""
            : "%s/s, %s µs CPU each, %s of them the client's"
                .formatted(figure.apply("rate"), figure.apply("cpu"), figure.apply("client"));
    return speed + (speed.isEmpty() || figures.isEmpty() ? "" : "; ") + figures;
  }

  private static void say(String line) {
    PrintStream progress = System.err;
    progress.println("benchmarks: " + line);
  }

  /** The median time the disk under the databases takes to write a page through. */
  private static double fsyncMillis(Path folder) throws IOException {
    double[] millis = new double[PROBES];
    Path file = folder.resolve("fsync");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int i = 0; i < PROBES; i++) {
        channel.write(ByteBuffer.allocate(8_192));
        long start = System.nanoTime();
        channel.force(false);
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    java.nio.file.Files.delete(file);
    return Results.median(millis);
  }
}
