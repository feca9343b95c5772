package io.iworx.torture;

import java.time.Duration;

/**
 * Turns Ctrl-C and SIGTERM into an interrupt of the thread that works, and lets it end what it
 * started before the process ends.
 */
final class Interruption implements AutoCloseable {
  private static final Duration CLEAN_UP = Duration.ofSeconds(20);

  private final Thread hook;

  private Interruption(Thread hook) {
    this.hook = hook;
  }

  /** In force until it is closed. */
  static Interruption ofThisThread() {
    var worker = Thread.currentThread();
    var hook = new Thread(() -> end(worker), "clean up");
    Runtime.getRuntime().addShutdownHook(hook);
    return new Interruption(hook);
  }

  private static void end(Thread worker) {
    worker.interrupt();
    try {
      worker.join(CLEAN_UP);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is ending already: the hook waits for this thread.
    }
  }
}
