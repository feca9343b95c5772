package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The upstream and a proxy before it, as the options say. */
record Proxied(Child proxy, int port, boolean ours) {

  /**
   * One core's worth of threads for each JVM: one event loop, one collector, few compilers. Netty's
   * search for leaks is off, as the launcher has it, and as Vert.x has it by itself.
   */
  static final List<String> ONE_LOOP =
      List.of("-XX:ActiveProcessorCount=1", "-Xmx512m", "-Dio.netty.leakDetection.level=disabled");

  static Proxied start(Stage stage) throws IOException, InterruptedException {
    int upstream = Upstream.start(stage);
    String name = stage.option("proxy");
    Path folder = Path.of(stage.option("folder"));
    Wire wire = Wire.of(stage);
    if (wire.encrypted()) {
      SelfSigned.in(folder).create();
    }
    return switch (name) {
      case "nginx" -> of(Nginx.start(stage.option("program"), folder, upstream, wire));
      case "haproxy" -> of(Haproxy.start(stage.option("program"), folder, upstream));
      case "spring" -> {
        Child proxy = SpringGateway.start(stage, ONE_LOOP, upstream);
        yield new Proxied(proxy, proxy.port(), false);
      }
      default -> {
        Child proxy = Child.contender(stage, name, ONE_LOOP, List.of("upstream=" + upstream));
        yield new Proxied(proxy, proxy.port(), name.equals("iworx"));
      }
    };
  }

  private static Proxied of(Listening listening) {
    return new Proxied(listening.process(), listening.port(), false);
  }

  /** A native proxy and where it listens. */
  record Listening(Child process, int port) {}

  long pid() {
    return proxy.pid();
  }

  /** What our gateway has allocated on its heap since its start; not a number for others. */
  double allocatedBytes() throws IOException, InterruptedException {
    return ours ? proxy.ask("allocated") : Double.NaN;
  }

  /** Lets our gateway change all its routes. */
  void reload() throws IOException, InterruptedException {
    proxy.ask("reloaded");
  }

  double droppedHops() throws IOException, InterruptedException {
    return proxy.ask("dropped");
  }
}
