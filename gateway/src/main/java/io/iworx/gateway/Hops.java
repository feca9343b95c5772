package io.iworx.gateway;

import io.iworx.trace.TraceEntry;
import io.iworx.trace.TraceRecorder;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is written down of a finished exchange: the hop in the trace, and one structured line in the
 * access log. Never a token and never a query.
 */
final class Hops {
  private static final Logger access = LoggerFactory.getLogger("io.iworx.gateway.access");

  private final TraceRecorder recorder;

  Hops(TraceRecorder recorder) {
    this.recorder = recorder;
  }

  void finished(Exchange exchange, Duration duration) {
    var route = exchange.matchedRoute();
    var service = route == null ? "-" : route.service();
    if (route != null) {
      recorder.record(
          new TraceEntry(
              TraceEntry.Kind.HOP,
              exchange.hopId(),
              exchange.correlation(),
              service,
              exchange.request().method().name() + " " + exchange.path(),
              exchange.startedAt(),
              duration,
              exchange.succeeded(),
              exchange.detail()));
    }
    if (access.isInfoEnabled()) {
      access
          .atInfo()
          .addKeyValue("correlationId", exchange.correlationId())
          .addKeyValue("method", exchange.request().method().name())
          .addKeyValue("path", exchange.path())
          .addKeyValue("status", exchange.status())
          .addKeyValue("service", service)
          .addKeyValue("caller", exchange.caller().name())
          .addKeyValue("ms", duration.toMillis())
          .addKeyValue("bytes", exchange.bytesOut())
          .log(exchange.cutOff() ? "cut off" : "done");
    }
  }

  /** A request that never became an exchange: nothing of it is repeated here. */
  void refused(String correlationId, int status) {
    access
        .atInfo()
        .addKeyValue("correlationId", correlationId)
        .addKeyValue("status", status)
        .log("refused");
  }
}
