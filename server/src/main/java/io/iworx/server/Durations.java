package io.iworx.server;

import java.time.Duration;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Lengths of time as people write them: {@code 90s}, {@code 15m}, {@code 1h}, {@code 30d}. */
final class Durations {
  private static final Pattern SHAPE = Pattern.compile("([1-9][0-9]{0,5})(ms|s|m|h|d)");

  private Durations() {}

  /** Reads one, or says how it is written. */
  static Duration parse(String text) {
    var match = SHAPE.matcher(text);
    if (!match.matches()) {
      throw new TypeConversionException(
          "'" + text + "' is no length of time; write 90s, 15m, 1h or 30d");
    }
    var amount = Long.parseLong(match.group(1));
    return switch (match.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }
}
