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
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run events}. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "The event bus beside COPY, plain JDBC and its peers; at most 25 minutes.")
final class EventsCommand implements Callable<Integer> {
  private static final int PROBES = 50;

  /** Other work than this, in processes that want to run. */
  private static final double QUIET = 0.5;

  @Spec private CommandSpec spec = CommandSpec.create();

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
      names = "--long",
      description =
          "The foreign transaction stays open for 10 minutes, and 5 million events are caught up.")
  private boolean extended;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "After this time no further round begins a side that has been measured (default: ${DEFAULT-VALUE}; none with --long).")
  private double minutes;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Where to write the result (default: benchmarks/results/events.json).")
  private @Nullable Path json;

  @Option(
      names = "--only",
      paramLabel = "ROW",
      arity = "1..*",
      description = "Only these rows, or groups of them: publish, end-to-end/five.")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Names the rows, and ends.")
  private boolean list;

  @Override
  public Integer call() throws IOException, SQLException, InterruptedException {
    List<Row> rows = chosen();
    if (list) {
      rows.forEach(row -> spec.commandLine().getOut().printf("%-30s %s%n", row.name(), row.what()));
      return 0;
    }
    Set<String> needed =
        rows.stream().flatMap(row -> row.sides().stream()).collect(Collectors.toSet());
    List<Side> sides =
        EventSides.all(seconds, warmup, extended).stream()
            .filter(it -> needed.contains(it.name()))
            .toList();
    Results results = new Results();
    double fsync;
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    if (load > QUIET) {
      say(
          "the machine is busy (load "
              + Report.text(load)
              + "): rates and latencies will be noise.");
    }
    long started = System.nanoTime();
    Bench bench = Bench.open(patience());
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(bench::close));
    try (bench) {
      fsync = fsyncMillis(bench.folder());
      for (int round = 1; round <= rounds; round++) {
        for (Side side : sides) {
          if (round <= side.rounds() && (results.runs(side.name()) == 0 || !late(started))) {
            run(bench, side, round, results);
          }
        }
      }
    }
    Report report =
        new Report(
            "events",
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

  private boolean late(long started) {
    return !extended && System.nanoTime() - started > minutes * 60e9;
  }

  private Duration patience() {
    return extended
        ? Duration.ofMinutes(30)
        : Duration.ofMinutes(3).plusSeconds((long) (10 * (seconds + warmup)));
  }

  private static Path defaultFile() {
    return Path.of(System.getProperty("iworx.benchmarks", "."), "results", "events.json");
  }

  private List<Row> chosen() {
    for (String name : only) {
      if (EventRows.ALL.stream().noneMatch(row -> named(row, name))) {
        throw new ParameterException(
            spec.commandLine(), "No row is called " + name + ": --list names them.");
      }
    }
    return EventRows.ALL.stream()
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
    double rate = measured.figure("rate");
    String speed =
        Double.isNaN(rate)
            ? ""
            : Report.text(rate)
                + " events/s, "
                + Report.text(measured.figure("cpu"))
                + " µs CPU an event";
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
