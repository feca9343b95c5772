package io.iworx.server;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command's answer goes. */
final class Terminal {
  private Terminal() {}

  /** One line on standard output, flushed at once: others may read it through a pipe. */
  static void print(@Nullable CommandSpec spec, String line) {
    if (spec != null) {
      var out = spec.commandLine().getOut();
      out.println(line);
      out.flush();
    }
  }

  /** One line on standard error: what is going on, not the answer. */
  static void say(@Nullable CommandSpec spec, String line) {
    if (spec != null) {
      var err = spec.commandLine().getErr();
      err.println("iworx: " + line);
      err.flush();
    }
  }
}
