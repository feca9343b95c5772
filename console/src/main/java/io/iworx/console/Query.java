package io.iworx.console;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parameters of a request, each known, single and within its bounds. */
final class Query {
  private static final int MAX_LENGTH = 256;

  private final Map<String, String> values;

  private Query(Map<String, String> values) {
    this.values = values;
  }

  /** Takes the parameters, of which only the known ones may be there, each once. */
  static Query of(HttpServletRequest request, Set<String> known) {
    var values = new HashMap<String, String>();
    request
        .getParameterMap()
        .forEach(
            (name, given) -> {
              if (!known.contains(name)) {
                throw Refused.parameter(shown(name), "This parameter is not known here.");
              }
              if (given.length != 1 || given[0].isEmpty() || given[0].length() > MAX_LENGTH) {
                throw Refused.parameter(
                    name,
                    "Give this parameter once, with 1 to %d characters.".formatted(MAX_LENGTH));
              }
              values.put(name, given[0]);
            });
    return new Query(values);
  }

  @Nullable String text(String name) {
    return values.get(name);
  }

  /** A whole number within bounds; the default when it is not given. */
  long number(String name, long whenAbsent, long min, long max) {
    var text = values.get(name);
    if (text == null) {
      return whenAbsent;
    }
    try {
      var number = Long.parseLong(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException _) {
      // said below, as for a number out of bounds
    }
    throw Refused.parameter(name, "This must be a whole number from %d to %d.".formatted(min, max));
  }

  /** Whole seconds within bounds; none when not given. */
  Duration seconds(String name, Duration max) {
    return Duration.ofSeconds(number(name, 0, 0, max.toSeconds()));
  }

  /** One of the constants, by its name in lower case; the default when it is not given. */
  <E extends Enum<E>> E oneOf(String name, E whenAbsent) {
    var text = values.get(name);
    if (text == null) {
      return whenAbsent;
    }
    var all = whenAbsent.getDeclaringClass().getEnumConstants();
    return Arrays.stream(all)
        .filter(it -> it.name().toLowerCase(java.util.Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                Refused.parameter(
                    name,
                    "This must be one of "
                        + Arrays.toString(all).toLowerCase(java.util.Locale.ROOT)
                        + "."));
  }

  private static String shown(String name) {
    return name.length() <= MAX_LENGTH ? name : name.substring(0, MAX_LENGTH);
  }
}
