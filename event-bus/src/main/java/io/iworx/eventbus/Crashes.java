package io.iworx.eventbus;

/**
 * How often in a row an event took the process down with it: kept in the reason of what waits, so
 * that attempts that merely failed are not taken for crashes.
 */
final class Crashes {
  /** How often an event may do that before it is set aside. */
  static final int MAX = 3;

  static final String CRASHED = "The instance ended while it was handled";

  private static final String TIMES = ", times in a row: ";

  private Crashes() {}

  /** How many of them a reason tells of. */
  static int in(String reason) {
    if (!reason.startsWith(CRASHED)) {
      return 0;
    }
    return reason.startsWith(CRASHED + TIMES)
        ? Integer.parseInt(reason.substring((CRASHED + TIMES).length()))
        : 1;
  }

  /** The reason should the process end now, after the one before. */
  static String oneMore(String before) {
    var times = in(before) + 1;
    return times == 1 ? CRASHED : CRASHED + TIMES + times;
  }
}
