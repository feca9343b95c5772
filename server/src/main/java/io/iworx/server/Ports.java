package io.iworx.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;

/** Whether ports can be had, asked before anything else is started. */
final class Ports {
  private Ports() {}

  /**
   * A port that was free a moment ago: the given one, or any when it is 0.
   *
   * @param option what the user changes it with
   * @throws CommandException when the given one is taken
   */
  static int free(int port, String what, String option) {
    try (var probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return probe.getLocalPort();
    } catch (IOException e) {
      throw taken(port, what, option, e);
    }
  }

  static CommandException taken(int port, String what, String option, @Nullable Exception cause) {
    var sentence =
        "Port %d for the %s is taken; stop what listens there or choose another with %s."
            .formatted(port, what, option);
    return cause == null
        ? CommandException.unusable(sentence)
        : CommandException.unusable(sentence, cause);
  }
}
