package io.iworx.trace;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether two names mean one service: the gateway knows it by its route ({@code work-orders}), the
 * service calls itself {@code work-order-service}. Only for guessing and drawing.
 */
final class Callee {
  private static final String SUFFIX = "-service";

  private Callee() {}

  static boolean same(@Nullable String a, @Nullable String b) {
    return a != null && b != null && canonical(a).equals(canonical(b));
  }

  static String canonical(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    var stem =
        lower.endsWith(SUFFIX) ? lower.substring(0, lower.length() - SUFFIX.length()) : lower;
    return stem.length() > 1 && stem.endsWith("s") ? stem.substring(0, stem.length() - 1) : stem;
  }
}
