package io.iworx.benchmarks;

import io.iworx.benchmarks.Side.Store;
import java.util.List;
import java.util.Map;

/** The sides of {@link GatewayRows}, in the order in which a round runs them. */
final class GatewaySides {
  private static final String SATURATED = "proxy-saturated";
  private static final String STEADY = "proxy-steady";

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
        onJvm("steady", STEADY, "iworx", warmup),
        installed("steady-nginx", STEADY, "nginx", brief),
        onJvm("recorded", STEADY, "iworx", warmup).and("recorded", "true").in(Store.DATABASE),
        onJvm("bodies", SATURATED, "iworx", warmup).and("path", "large"),
        installed("bodies-nginx", SATURATED, "nginx", brief).and("path", "large"));
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
}
