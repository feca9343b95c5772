package io.iworx.torture;

import io.iworx.torture.SagaTorture.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** What is told of tortured sagas. */
final class SagaReport {
  private static final int MOST_NAMED = 20;

  private SagaReport() {}

  /** A line for each path and fault, and what was found, with the command that repeats it. */
  static List<String> lines(Result result, SagaTortureOptions options) {
    List<String> lines = new ArrayList<>();
    for (var path : SagaPath.values()) {
      for (var fault : SagaFault.values()) {
        var cases =
            result.cases().stream().filter(it -> it.path() == path && it.fault() == fault).toList();
        if (!cases.isEmpty()) {
          lines.add("%s, %s: %d moments".formatted(path, fault, cases.size()));
        }
      }
    }
    result.findings().stream()
        .limit(MOST_NAMED)
        .forEach(
            it -> lines.add("  %s: %s %s".formatted(it.broken().words(), it.id(), it.sentence())));
    result.findings().stream()
        .flatMap(found -> result.cases().stream().filter(it -> it.name().equals(found.id())))
        .findFirst()
        .ifPresent(it -> lines.add("  again: " + command(it, options)));
    return lines;
  }

  /** The command that strikes one moment again. */
  static String command(SagaCase struck, SagaTortureOptions options) {
    return "./iworx torture sagas --seed %d --paths %s --faults %s --moment %d%s%s"
        .formatted(
            options.seed(),
            struck.path(),
            struck.fault(),
            struck.moment(),
            options.plant() == SagaPlant.NONE
                ? ""
                : " --plant " + options.plant().name().toLowerCase(Locale.ROOT),
            options.binaries() == null ? "" : " --postgres " + options.binaries());
  }

  static String summary(Result result, SagaTortureOptions options) {
    var always = List.of(Broken.LOST, Broken.DOUBLED, Broken.HALF_UNDONE);
    var judged =
        Arrays.stream(Broken.values())
            .filter(it -> always.contains(it) || count(result, it) > 0)
            .map(it -> "%,d %s".formatted(count(result, it), it.words()))
            .collect(Collectors.joining(", "));
    var takeover =
        result.cases().stream()
            .map(SagaCase::takeover)
            .filter(Objects::nonNull)
            .max(Comparator.naturalOrder())
            .orElse(Duration.ZERO);
    return "torture sagas: seed %d: %,d moments, %s; takeover in at most %.1f s"
        .formatted(options.seed(), result.cases().size(), judged, takeover.toMillis() / 1e3);
  }

  private static long count(Result result, Broken broken) {
    return result.findings().stream().filter(it -> it.broken() == broken).count();
  }
}
