package io.iworx.benchmarks;

import io.iworx.benchmarks.client.Calls;
import io.iworx.benchmarks.gateway.GatewayContenders;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.ContenderMain;
import io.iworx.benchmarks.load.LoadContenders;
import io.iworx.benchmarks.peers.PeerContenders;
import java.util.HashMap;
import java.util.Map;

/** The program of a side that runs on a JVM. */
final class Contenders {
  private Contenders() {}

  /** Runs a contender; see {@link ContenderMain}. */
  public static void main(String[] arguments) {
    ContenderMain.run(all(), arguments);
  }

  static Map<String, Contender> all() {
    Map<String, Contender> all = new HashMap<>(LoadContenders.all());
    all.putAll(PeerContenders.all());
    all.putAll(GatewayContenders.all());
    all.put("calls", new Calls());
    return all;
  }
}
