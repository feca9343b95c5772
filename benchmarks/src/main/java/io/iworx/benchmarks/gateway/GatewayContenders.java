package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.ContenderMain;
import java.util.Map;

/** Loads for a proxy, the upstream, and the proxies that run on a JVM. */
public final class GatewayContenders {
  private static final Map<String, Contender> ALL =
      Map.ofEntries(
          Map.entry("proxy-saturated", new Saturated()),
          Map.entry("proxy-steady", new Steady()),
          Map.entry("proxy-holding", new Holding()),
          Map.entry("proxy-reloads", new Reloads()),
          Map.entry("proxy-start", new FirstAnswer()),
          // Started by those above.
          Map.entry("upstream", new Upstream()),
          Map.entry("iworx", new OurGateway()),
          Map.entry("vertx", new VertxProxy()));

  private GatewayContenders() {}

  /** Runs one of them: the program of a process below a load. */
  public static void main(String[] arguments) {
    ContenderMain.run(ALL, arguments);
  }

  public static Map<String, Contender> all() {
    return ALL;
  }
}
