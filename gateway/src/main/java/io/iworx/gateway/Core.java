package io.iworx.gateway;

import io.iworx.trace.TraceRecorder;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What all connections of a gateway share. */
final class Core {
  final Limits limits;
  final Clock clock;
  final List<Step> steps;
  final ClientHead clientHead;
  final Hops hops;
  final AtomicReference<RouteTable> table;
  final AtomicInteger connections = new AtomicInteger();
  private volatile boolean draining;

  Core(
      GatewayConfig config,
      Clock clock,
      List<Step> steps,
      AtomicReference<RouteTable> table,
      TraceRecorder recorder) {
    this.limits = config.limits();
    this.clock = clock;
    this.steps = steps;
    this.clientHead = new ClientHead(config.cors());
    this.hops = new Hops(recorder);
    this.table = table;
  }

  boolean draining() {
    return draining;
  }

  void drain() {
    draining = true;
  }
}
