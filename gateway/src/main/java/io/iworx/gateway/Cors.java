package io.iworx.gateway;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may read answers.
 *
 * @param origins exact origins such as {@code https://app.example.com}; {@code :*} in place of the
 *     port means any port; the single entry {@code *} means everyone (never with credentials: the
 *     gateway allows none). Default: none
 */
public record Cors(List<String> origins) {

  private static final Pattern ORIGIN =
      Pattern.compile("\\*|https?://[a-z0-9.-]+(?::(?:[0-9]{1,5}|\\*))?");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  /** No page of another origin may read answers. */
  public static final Cors NONE = new Cors(List.of());

  /** Any port of this machine: what {@code up} starts with. */
  public static final Cors LOCAL = new Cors(List.of("http://localhost:*", "http://127.0.0.1:*"));

  /**
   * Checks the origins.
   *
   * @throws IllegalArgumentException with a sentence, when one is no origin
   */
  public Cors {
    origins = List.copyOf(origins);
    for (var origin : origins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "must be origins such as https://app.example.com or http://localhost:* in lower case.");
      }
    }
  }

  /** The same by the rules of the origin's route, where that has its own. */
  @Nullable String allowed(@Nullable Origin origin) {
    if (origin == null) {
      return null;
    }
    return (origin.cors() == null ? this : origin.cors()).allowed(origin.text());
  }

  /** What {@code access-control-allow-origin} says to this origin; null: nothing. */
  @Nullable String allowed(@Nullable String origin) {
    if (origin == null) {
      return null;
    }
    for (var candidate : origins) {
      if (candidate.equals("*")) {
        return "*";
      }
      if (matches(candidate, origin)) {
        return origin;
      }
    }
    return null;
  }

  private static boolean matches(String candidate, String origin) {
    if (!candidate.endsWith(":*")) {
      return candidate.equals(origin);
    }
    var host = candidate.substring(0, candidate.length() - 2);
    return origin.startsWith(host)
        && (origin.length() == host.length()
            || (origin.charAt(host.length()) == ':'
                && PORT.matcher(origin.substring(host.length() + 1)).matches()));
  }
}
