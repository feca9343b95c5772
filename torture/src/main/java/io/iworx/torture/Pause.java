package io.iworx.torture;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * A process that stands still. A shell holds it, so that it goes on even when this process is
 * killed meanwhile, and can end as it would have.
 */
final class Pause implements AutoCloseable {
  private static final String SCRIPT =
      "trap '' HUP INT TERM; kill -STOP \"$1\" || exit 1; echo stopped; read -r _; kill -CONT \"$1\"";

  private final Process shell;

  private Pause(Process shell) {
    this.shell = shell;
  }

  static Pause of(long pid) throws IOException {
    var shell =
        new ProcessBuilder("/bin/sh", "-c", SCRIPT, "iworx-torture-pause", Long.toString(pid))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var pause = new Pause(shell);
    if (shell.inputReader().readLine() == null) {
      throw new IOException("the process " + pid + " cannot be stopped");
    }
    return pause;
  }

  /** Lets the process go on. */
  @Override
  public void close() {
    try {
      shell.getOutputStream().close();
      if (!shell.waitFor(5, TimeUnit.SECONDS)) {
        shell.destroyForcibly();
      }
    } catch (IOException e) {
      shell.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
