package io.iworx.examples.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Tells what happens, and stops at the first promise that is not kept. */
final class Story {
  /** How long anything asynchronous may take. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final PrintWriter out;

  Story(PrintWriter out) {
    this.out = out;
  }

  /** A call that must be answered with the status. */
  Reply expect(int status, Reply reply, String meaning) {
    if (reply.status() != status) {
      throw new BrokenPromise(
          "%s must be answered with %d but was with %d: %s"
              .formatted(reply.call(), status, reply.status(), reply.body()));
    }
    say(
        "✓ %-58s %d %5d ms  %s"
            .formatted(brief(reply.call()), reply.status(), reply.millis(), meaning));
    return reply;
  }

  /** A fact that must hold now. */
  void check(boolean fact, String sentence) {
    if (!fact) {
      throw new BrokenPromise("This does not hold: " + sentence);
    }
    say("  ✓ " + sentence);
  }

  /** A fact that must hold soon. */
  void await(BooleanSupplier fact, String sentence) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new BrokenPromise(
            "This did not come true within %d s: %s".formatted(PATIENCE.toSeconds(), sentence));
      }
      pause();
    }
    say("  ✓ " + sentence);
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Ids are long: their last digits tell them apart. */
  private static String brief(String call) {
    return call.replaceAll("[0-9a-f]{8}-[0-9a-f-]{19}([0-9a-f]{8})", "…$1");
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException _) {
      // The interrupt is done with: what follows is cleaning up, undisturbed.
      throw new BrokenPromise("The demo was interrupted");
    }
  }
}
