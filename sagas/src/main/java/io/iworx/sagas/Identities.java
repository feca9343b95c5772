package io.iworx.sagas;

import java.util.HashMap;
import java.util.Map;

/**
 * Names what a body or branch comes to so that nothing depends on scheduling: the path of its
 * branches, the name, and how often that was there before ({@code reserve}, {@code reserve#2}).
 */
final class Identities {
  /** The key of its compensation is longer; more would not fit into a header. */
  private static final int LONGEST = 200;

  private final String path;
  private final Map<String, Integer> occurrences = new HashMap<>();

  /**
   * @param path of the branch, each name with a slash at its end; empty for the body itself
   */
  Identities(String path) {
    this.path = path;
  }

  /** Of a step. */
  String next(String name) {
    return next(name, "");
  }

  /** Of a branch: the path of what is in it. */
  String nextPath(String name) {
    return next(name, "/");
  }

  private String next(String name, String end) {
    var occurrence = occurrences.merge(name + end, 1, Integer::sum);
    var identity = path + name + (occurrence == 1 ? "" : "#" + occurrence) + end;
    if (identity.length() > LONGEST) {
      throw new IllegalArgumentException(
          "A step and the branches it is in have names of at most "
              + LONGEST
              + " characters together; these have more: "
              + identity);
    }
    return identity;
  }
}
