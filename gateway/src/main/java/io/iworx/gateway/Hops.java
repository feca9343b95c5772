package io.iworx.gateway;

import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceRecorder;
import java.time.Clock;
import java.time.Duration;

/**
 * What is written down of a finished exchange: the hop in the trace, a span and metrics, and a line
 * in the access log. Never a token and never a query.
 */
final class Hops {
  private final TraceRecorder recorder;

  private final GatewayTelemetry telemetry;
  private final AccessLog accessLog;
  private final Clock clock;

  Hops(TraceRecorder recorder, GatewayTelemetry telemetry, AccessLog accessLog, Clock clock) {
    this.recorder = recorder;
    this.telemetry = telemetry;
    this.accessLog = accessLog;
    this.clock = clock;
  }

  void begun(Exchange exchange) {
    telemetry.begin(exchange);
  }

  void finished(Exchange exchange, Duration duration) {
    telemetry.end(exchange, duration);
    accessLog.finished(exchange, duration);
    var route = exchange.matchedRoute();
    if (route != null) {
      recorder.record(
          new TraceEntry(
              TraceEntry.Kind.HOP,
              exchange.hopId(),
              exchange.correlation(),
              route.service(),
              exchange.request().method().name() + " " + exchange.path(),
              exchange.startedAt(),
              duration,
              exchange.succeeded(),
              exchange.detail()));
    }
  }

  /** A request that never became an exchange: nothing of it is repeated here. */
  void refused(String correlationId, Peer client, int status) {
    telemetry.refused(client, status);
    accessLog.refused(clock.instant(), correlationId, status);
  }
}
