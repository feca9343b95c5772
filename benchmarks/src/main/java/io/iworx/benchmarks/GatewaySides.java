package io.iworx.benchmarks;

import io.iworx.benchmarks.Side.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The sides of {@link GatewayRows}, in the order in which a round runs them. */
final class GatewaySides {
  private static final String SATURATED = "proxy-saturated";
  private static final String STEADY = "proxy-steady";

  private static final String HOLDING = "proxy-holding";
  private static final String WIRE = "wire";

  private GatewaySides() {}

  /**
   * The sides.
   *
   * @param unit half of the time that a proxy on a JVM warms up, twice the time that others do
   */
  static List<Side> all(double unit) {
    double warmup = unit * 2;
    double brief = unit / 2;
    return List.of(
        onJvm("gateway", SATURATED, "iworx", warmup),
        installed("nginx", SATURATED, "nginx", brief),
        installed("haproxy", SATURATED, "haproxy", brief),
        onJvm("vertx", SATURATED, "vertx", warmup),
        onJvm("spring", SATURATED, "spring", warmup)
            .unless(SpringPeer::missing)
            .and("program", SpringPeer.jar()),
        onJvm("steady", STEADY, "iworx", warmup),
        installed("steady-nginx", STEADY, "nginx", brief),
        onJvm("recorded", STEADY, "iworx", warmup).and("recorded", "true").in(Store.DATABASE),
        onJvm("bodies", SATURATED, "iworx", warmup).and("path", "large"),
        installed("bodies-nginx", SATURATED, "nginx", brief).and("path", "large"),
        onJvm("tls", SATURATED, "iworx", warmup).and(WIRE, "HTTP1_TLS"),
        installed("tls-nginx", SATURATED, "nginx", brief).and(WIRE, "HTTP1_TLS"),
        onJvm("http2", SATURATED, "iworx", warmup).and(WIRE, "HTTP2_TLS"),
        installed("http2-nginx", SATURATED, "nginx", brief).and(WIRE, "HTTP2_TLS"),
        onJvm("http2-clear", SATURATED, "iworx", warmup).and(WIRE, "HTTP2"),
        installed("http2-clear-nginx", SATURATED, "nginx", brief).and(WIRE, "HTTP2"),
        onJvm("idle", HOLDING, "iworx", 0).and("connections", "10000").once(),
        onJvm("streaming", HOLDING, "iworx", 0)
            .and("connections", "1000")
            .and("path", "stream")
            .once(),
        onJvm("start", "proxy-start", "iworx", 0).and("program", launcher()).once(),
        onJvm("reloads", "proxy-reloads", "iworx", warmup).and("routes", "1000").once());
  }

  private static Side onJvm(String name, String load, String proxy, double warmup) {
    return Side.of(name, load)
        .with(Map.of("proxy", proxy, "path", "1", "warmup", Double.toString(warmup)))
        .in(Store.NONE);
  }

  private static Side installed(String name, String load, String program, double warmup) {
    return onJvm(name, load, program, warmup)
        .and("program", Programs.path(program))
        .unless(() -> Programs.missing(program));
  }

  private static String launcher() {
    return Path.of(System.getProperty("iworx.benchmarks", "benchmarks"))
        .resolveSibling("iworx")
        .toString();
  }
}
