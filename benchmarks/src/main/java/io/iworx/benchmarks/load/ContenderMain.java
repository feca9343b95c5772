package io.iworx.benchmarks.load;

import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;

/** Runs one contender: {@code NAME key=value …}. */
public final class ContenderMain {
  private static final int FAILED = 1;

  private ContenderMain() {}

  /** Runs one of our own. */
  public static void main(String[] arguments) {
    run(LoadContenders.all(), arguments);
  }

  /**
   * Runs the named one of the contenders and ends the process.
   *
   * @param arguments its name, then its options
   */
  public static void run(Map<String, Contender> contenders, String[] arguments) {
    PrintStream out = System.out;
    // Whatever else a library prints must not look like a report.
    System.setOut(System.err);
    Map<String, String> options = new TreeMap<>();
    for (int i = 1; i < arguments.length; i++) {
      String[] pair = arguments[i].split("=", 2);
      options.put(pair[0], pair.length == 2 ? pair[1] : "");
    }
    int code = 0;
    try {
      Contender contender = contenders.get(arguments[0]);
      if (contender == null) {
        throw new IllegalArgumentException("There is no contender " + arguments[0] + ".");
      }
      contender.run(Stage.of(options, System.in, out));
    } catch (Throwable e) {
      e.printStackTrace();
      code = FAILED;
    }
    // Not the end of main: subscriptions and pools of a contender may go on; its database will not.
    System.exit(code);
  }
}
