package io.iworx.postgres.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The shell that starts PostgreSQL and stops it when told to, or when this JVM is gone.
 *
 * <p>It waits on a pipe from the JVM. A line means a normal close: PostgreSQL gets all the time it
 * needs for a fast shutdown. The end of the pipe means the JVM died: PostgreSQL is given four
 * seconds before it has to stop at once (and recovers at its next start). Both live in a session of
 * their own, so that Ctrl-C in the terminal reaches the JVM first.
 */
final class Keeper {
  /** The standard output stays open as long as PostgreSQL runs: its end tells the JVM. */
  private static final String SCRIPT =
      """
      trap '' HUP INT QUIT TERM
      log=$1; shift
      case $(uname) in Darwin) set -m ;; esac
      "$@" </dev/null 2>>"$log" &
      postmaster=$!
      exec >/dev/null 2>&1
      if read -r _; then rounds=300; else rounds=20; fi
      (
        while [ "$rounds" -gt 0 ]; do
          kill -INT "$postmaster" || exit 0
          sleep 0.2
          rounds=$((rounds - 1))
        done
        kill -QUIT "$postmaster"
      ) &
      stopper=$!
      wait "$postmaster"
      kill -KILL "$stopper"
      """;

  private static final long CLOSE_SECONDS = 70;

  private final Process process;

  private Keeper(Process process) {
    this.process = process;
  }

  static Keeper start(List<String> postmaster, Path log) throws IOException {
    List<String> words = new ArrayList<>();
    if (Command.exists("setsid")) {
      words.add("setsid");
    }
    words.addAll(List.of("/bin/sh", "-c", SCRIPT, "iworx-postgres-keeper", log.toString()));
    words.addAll(postmaster);
    return new Keeper(
        Command.builder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /**
   * Completes when PostgreSQL has ended, for whatever reason. A thread of the platform: reading a
   * pipe would hold the carrier of a virtual one for as long as the server runs, and two servers
   * would bring everything else to a halt on two cores.
   */
  Thread whenGone(Runnable then) {
    return Thread.ofPlatform()
        .daemon()
        .name("embedded-postgres-watch")
        .start(
            () -> {
              try {
                process.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
              } catch (IOException e) {
                // The stream was closed under us: that is an end too.
              }
              then.run();
            });
  }

  /** Stops PostgreSQL and waits until it is gone. Interrupts do not cut this short. */
  void stop() {
    try {
      process.getOutputStream().write('\n');
      process.getOutputStream().close();
    } catch (IOException e) {
      // The keeper is gone already, and PostgreSQL with it, or it is stopped by its id later.
    }
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
    while (process.isAlive() && System.nanoTime() < deadline) {
      try {
        process.waitFor(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
