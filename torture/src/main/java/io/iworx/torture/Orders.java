package io.iworx.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the harness tells a worker, line by line, and what the worker answers. When the harness is
 * gone, the worker ends. Safe for any thread.
 */
final class Orders {
  /** Finish what is under way and end. */
  static final String STOP = "stop";

  /** Wait at the next place where a crash hurts most, and say {@link #HELD}. */
  static final String HOLD = "hold";

  /** Go on. */
  static final String GO = "go";

  static final String READY = "ready";
  static final String HELD = "held";

  private static final int ORPHANED = 3;

  private final PrintStream out;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicBoolean hold = new AtomicBoolean();
  private final Semaphore released = new Semaphore(0);

  private Orders(PrintStream out) {
    this.out = out;
  }

  static Orders listen(InputStream in, PrintStream out) {
    var orders = new Orders(out);
    // A thread of the platform: reading a pipe would hold the carrier of a virtual one.
    Thread.ofPlatform().daemon().name("orders").start(() -> orders.hear(in));
    return orders;
  }

  private void hear(InputStream in) {
    try (var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        obey(line);
      }
    } catch (IOException e) {
      // As good as its end.
    }
    Runtime.getRuntime().halt(ORPHANED);
  }

  private void obey(String order) {
    switch (order) {
      case STOP -> stopped.countDown();
      case HOLD -> {
        released.drainPermits();
        hold.set(true);
      }
      case GO -> {
        hold.set(false);
        released.release();
      }
      default -> say("does not know " + order);
    }
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  boolean over() {
    return stopped.getCount() == 0;
  }

  void awaitStop() throws InterruptedException {
    stopped.await();
  }

  /** Here a crash hurts most: between an effect, or an insert, and its COMMIT. */
  void mayHold() throws InterruptedException {
    if (hold.compareAndSet(true, false)) {
      say(HELD);
      released.acquire();
    }
  }
}
