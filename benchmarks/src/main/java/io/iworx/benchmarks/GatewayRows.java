package io.iworx.benchmarks;

import java.util.List;

/** The promises about the gateway: what is measured, and what it must reach. */
final class GatewayRows {
  private static final String MICROS = "µs CPU";

  static final List<Row> ALL =
      List.of(
          costs("cpu/nginx", "CPU a request, no auth ÷ nginx", "gateway", "nginx", 1.1, 0.85),
          costs("cpu/haproxy", "the same ÷ HAProxy", "gateway", "haproxy", 1.15, 0.9),
          costs("cpu/vertx", "the same ÷ Vert.x, hand-written", "gateway", "vertx", 0.85, 0.7),
          costs("cpu/spring", "the same ÷ Spring Cloud Gateway", "gateway", "spring", 0.2, 0.14),
          Row.atMost(
              "allocation/request",
              "allocated on the heap a request",
              "bytes",
              "gateway",
              "allocated",
              4_096,
              1_024),
          costs(
              "recorded/nginx",
              "CPU a request at 5,000/s with JWT and a recorded hop ÷ nginx without",
              "recorded",
              "steady-nginx",
              1.4,
              1.1),
          Row.atMost("recorded/dropped", "hops dropped then", "hops", "recorded", "dropped", 0, 0),
          new Row(
              "recorded/database",
              "what PostgreSQL takes a hop, beside",
              MICROS,
              Bound.NONE,
              List.of("recorded"),
              results -> Figure.alone(results.median("recorded", "store"))),
          latency("latency/p50", "answer at 5,000/s, p50 ÷ nginx", "answer.p50", 1.2),
          latency("latency/p99", "the same, p99", "answer.p99", 1.5),
          new Row(
              "bodies/nginx",
              "1 MB answers: MB per CPU second ÷ nginx",
              "MB/CPU s",
              new Bound(0.9, 1.3, false, true, false),
              List.of("bodies", "bodies-nginx"),
              results ->
                  new Figure(
                      1e6 / results.median("bodies", "client"),
                      1e6 / results.median("bodies-nginx", "client"),
                      results.median("bodies", "client"),
                      results.median("bodies-nginx", "client"))),
          costs(
              "tls/nginx",
              "CPU a request by HTTP/1.1 over TLS ÷ nginx",
              "tls",
              "tls-nginx",
              1.3,
              1),
          costs(
              "http2/nginx",
              "CPU a request by HTTP/2 over TLS ÷ nginx",
              "http2",
              "http2-nginx",
              1.3,
              1),
          costs("http2/clear", "the same without TLS", "http2-clear", "http2-clear-nginx", 1.3, 1),
          atMost(
              "memory/idle", "resident at 10,000 idle connections", "MB", "idle", "resident", 250),
          atMost(
              "memory/streaming",
              "resident at 1,000 streaming ones",
              "MB",
              "streaming",
              "resident",
              400),
          Row.atMost(
              "start/first-answer",
              "./iworx gateway to the first proxied answer",
              "s",
              "start",
              "first",
              0.8,
              0.4),
          atMost(
              "reload/failed",
              "failed while 1,000 routes change under load",
              "requests",
              "reloads",
              "failed",
              0),
          atMost("reload/added-p99", "what it adds to p99", "ms", "reloads", "added", 5));

  private GatewayRows() {}

  /** Our CPU per request against another's. */
  private static Row costs(
      String name, String what, String ours, String theirs, double floor, double goal) {
    return Row.cost(
        name, what, MICROS, "client", ours, theirs, new Bound(floor, goal, true, true, false));
  }

  /** A floor without a goal. */
  private static Row atMost(
      String name, String what, String unit, String side, String figure, double floor) {
    return Row.atMost(name, what, unit, side, figure, floor, Double.NaN);
  }

  private static Row latency(String name, String what, String figure, double floor) {
    return Row.cost(
        name, what, "ms", figure, "steady", "steady-nginx", new Bound(floor, 1, true, true, false));
  }
}
