package io.iworx.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What is told of results. */
final class Report {
  private static final int MOST_NAMED = 10;

  private Report() {}

  /** What a round found, with ids, and how to have that round again. */
  static List<String> details(RoundResult result, TortureOptions options) {
    List<String> lines = new ArrayList<>();
    byPromise(result.findings())
        .forEach(
            (broken, found) -> {
              lines.add("  %s: %,d".formatted(broken.words(), found.size()));
              found.stream()
                  .limit(MOST_NAMED)
                  .forEach(it -> lines.add("    " + it.id() + " " + it.sentence()));
            });
    if (!lines.isEmpty()) {
      lines.add("  again: " + command(result.seed(), options));
    }
    return lines;
  }

  /** The command that repeats one round. */
  static String command(long seed, TortureOptions options) {
    var command = new StringBuilder("./iworx torture --rounds 1 --seed " + seed);
    if (!options.duration().equals(TortureOptions.DEFAULT_DURATION)) {
      command.append(" --duration ").append(text(options.duration()));
    }
    if (!options.lease().equals(TortureOptions.DEFAULT_LEASE)) {
      command.append(" --lease ").append(text(options.lease()));
    }
    if (!options.faults().equals(Set.of(Fault.values()))) {
      command
          .append(" --faults ")
          .append(
              options.faults().stream().sorted().map(Fault::word).collect(Collectors.joining(",")));
    }
    if (!options.plants().isEmpty()) {
      command
          .append(" --plant ")
          .append(
              options.plants().stream()
                  .sorted()
                  .map(it -> it.name().toLowerCase(Locale.ROOT))
                  .collect(Collectors.joining(",")));
    }
    if (options.binaries() != null) {
      command.append(" --postgres ").append(options.binaries());
    }
    return command.toString();
  }

  private static String text(Duration duration) {
    return duration.toMillis() % 1_000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }

  /** All rounds in a line. */
  static String summary(List<RoundResult> results, long seed) {
    var counts = byPromise(results.stream().flatMap(it -> it.findings().stream()).toList());
    var always = List.of(Broken.LOST, Broken.DOUBLED, Broken.OUT_OF_ORDER);
    var judged =
        Arrays.stream(Broken.values())
            .filter(it -> always.contains(it) || counts.containsKey(it))
            .map(it -> "%,d %s".formatted(counts.getOrDefault(it, List.of()).size(), it.words()))
            .collect(Collectors.joining(", "));
    return "torture: %d %s, seed %d: %,d acknowledged, %s; %,d of unknown outcome, %,d deliveries, %d faults, takeover in at most %.1f s"
        .formatted(
            results.size(),
            results.size() == 1 ? "round" : "rounds",
            seed,
            results.stream().mapToLong(RoundResult::acknowledged).sum(),
            judged,
            results.stream().mapToLong(RoundResult::unknown).sum(),
            results.stream().mapToLong(RoundResult::deliveries).sum(),
            results.stream().mapToInt(it -> it.struck().size()).sum(),
            results.stream()
                    .map(RoundResult::longestTakeover)
                    .max(Comparator.naturalOrder())
                    .orElse(Duration.ZERO)
                    .toMillis()
                / 1e3);
  }

  private static Map<Broken, List<Finding>> byPromise(List<Finding> findings) {
    Map<Broken, List<Finding>> found = new EnumMap<>(Broken.class);
    findings.forEach(it -> found.computeIfAbsent(it.broken(), _ -> new ArrayList<>()).add(it));
    return found;
  }
}
