package io.iworx.console;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What somebody probably meant. */
final class Nearest {
  private static final int MAX_EDITS = 4;

  private Nearest() {}

  /** The name that takes the fewest edits, when these are few for its length. */
  static Optional<String> to(String given, Collection<String> names) {
    return names.stream()
        .filter(name -> !name.equals(given))
        .filter(name -> edits(given, name) <= Math.min(MAX_EDITS, name.length() / 3))
        .min(Comparator.comparingInt(name -> edits(given, name)));
  }

  /** How many characters to insert, delete or replace (Levenshtein). */
  static int edits(String from, String to) {
    var row = new int[to.length() + 1];
    for (var j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (var i = 1; i <= from.length(); i++) {
      var diagonal = row[0];
      row[0] = i;
      for (var j = 1; j <= to.length(); j++) {
        var replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
