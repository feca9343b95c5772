package io.iworx.gateway;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which header fields others than the gateway may set, and what a field may consist of. */
final class HeaderField {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_!#$%&'*+.^`|~-]{1,128}");
  private static final Pattern VALUE = Pattern.compile("[\\x21-\\x7e][\\x20-\\x7e\\t]{0,8191}");
  private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "host");

  private HeaderField() {}

  /** Checks a field that is to be set. */
  static void checkChange(String name, String value) {
    checkChange(name);
    check(name, value);
  }

  /** Checks the name of a field that is to be set or taken away. */
  static void checkChange(String name) {
    var lower = name.toLowerCase(Locale.ROOT);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "A header's name has letters, digits and hyphens; it is " + name + ".");
    }
    if (FRAMING.contains(lower) || HeaderRules.isReserved(lower)) {
      throw new IllegalArgumentException(
          "The header " + lower + " is the gateway's and cannot be changed.");
    }
  }

  static void check(String name, String value) {
    if (!VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "The value of the header " + name + " must be visible ASCII on one line.");
    }
  }
}
