package io.iworx.gateway;

import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** What all connections of a gateway share. */
final class Core {
  final Limits limits;
  final Clock clock;
  final Hops hops;
  final GatewayTelemetry telemetry;
  final AccessLog accessLog;
  final TrustedProxies proxies;
  final AtomicReference<RouteTable> table;
  final AtomicInteger connections = new AtomicInteger();
  private volatile List<Step> steps;
  private volatile ClientHead clientHead;
  private volatile boolean draining;
  private volatile boolean drainedLongEnough;

  Core(
      GatewayConfig config,
      Clock clock,
      List<Step> steps,
      AtomicReference<RouteTable> table,
      TraceRecorder recorder,
      OpenTelemetry openTelemetry) {
    this.limits = config.limits();
    this.proxies = new TrustedProxies(config.trustedProxies());
    this.clock = clock;
    this.steps = steps;
    this.clientHead = new ClientHead(config.cors());
    this.accessLog = AccessLog.start(config.accessLog().sample());
    this.telemetry =
        new GatewayTelemetry(
            openTelemetry, connections::get, recorder::dropped, accessLog::dropped);
    this.hops = new Hops(recorder, telemetry, accessLog, clock);
    this.table = table;
  }

  /** What every request goes through; an exchange keeps those it began with. */
  List<Step> steps() {
    return steps;
  }

  void steps(List<Step> newSteps) {
    steps = newSteps;
  }

  /** A request that begins now, with the routes there are now. */
  Exchange exchange(Request request, Peer peer) {
    var client = peer.proxy() ? proxies.client(peer, request.headers()) : peer;
    return new Exchange(request, table.getAcquire(), client, clock.instant());
  }

  ClientHead clientHead() {
    return clientHead;
  }

  void cors(Cors cors) {
    clientHead = new ClientHead(cors);
  }

  /** The exchange is over, however it ended. */
  void finished(Exchange exchange) {
    hops.finished(exchange, exchange.elapsed());
    exchange.end();
  }

  boolean draining() {
    return draining;
  }

  /** Whether what would go on without end is to end now. */
  boolean drainedLongEnough() {
    return drainedLongEnough;
  }

  void drainedLongEnough(boolean now) {
    drainedLongEnough = now;
  }

  void drain() {
    draining = true;
  }
}
