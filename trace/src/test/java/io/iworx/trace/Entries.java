package io.iworx.trace;

import io.iworx.correlation.Correlation;
import io.iworx.trace.TraceEntry.Kind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Entries for tests: times in milliseconds after a fixed moment. */
final class Entries {
  static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

  private Entries() {}

  static TraceEntry hop(
      String id,
      @Nullable String cause,
      @Nullable String caller,
      String service,
      int at,
      int took) {
    return entry(Kind.HOP, id, cause, caller, service, "GET /" + service, at, took);
  }

  static TraceEntry event(String id, @Nullable String cause, String service, int at) {
    return entry(Kind.EVENT, id, cause, null, service, "work_order.created", at, 0);
  }

  static TraceEntry delivery(String id, String event, String service, int at, int took) {
    return entry(Kind.DELIVERY, id, event, "work-order-service", service, "history", at, took);
  }

  static TraceEntry entry(
      Kind kind,
      String id,
      @Nullable String cause,
      @Nullable String caller,
      String service,
      String name,
      int at,
      int took) {
    var correlation = Correlation.of("corr-1").withCausationId(cause).withCallingService(caller);
    return new TraceEntry(
        kind,
        id,
        correlation,
        service,
        name,
        START.plusMillis(at),
        Duration.ofMillis(took),
        true,
        null);
  }

  static TraceEntry failed(TraceEntry entry, String detail) {
    return new TraceEntry(
        entry.kind(),
        entry.id(),
        entry.correlation(),
        entry.service(),
        entry.name(),
        entry.startedAt(),
        entry.duration(),
        false,
        detail);
  }
}
