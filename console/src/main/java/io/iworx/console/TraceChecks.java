package io.iworx.console;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.trace.Trace;
import io.iworx.trace.TraceEntry;
import io.iworx.trace.spi.TraceStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Where a correlation id gets lost: the first thing that was done without passing it on. */
final class TraceChecks {
  private static final String CORRELATION = "correlation";

  /** A slower hop is worth a line. */
  private static final Duration SLOW = Duration.ofSeconds(5);

  private final TraceStore traces;
  private final RecentEvents recent;

  TraceChecks(TraceStore traces, RecentEvents recent) {
    this.traces = traces;
    this.recent = recent;
  }

  List<Finding> of(String correlationId) {
    var trace = Trace.of(correlationId, traces.find(correlationId, TraceEndpoint.ADMINISTRATOR));
    if (trace.isEmpty()) {
      return List.of(
          Finding.bad(
              CORRELATION,
              "Nothing is recorded for " + correlationId + ".",
              "Take the id from the answer's header x-correlation-id; an id with other characters than A-Z a-z 0-9 . _ : - is replaced by a fresh one."));
    }
    var findings = new ArrayList<Finding>();
    findings.add(
        Finding.good(
            CORRELATION,
            "%d entries within %d ms, from %s."
                .formatted(trace.nodes().size(), trace.duration().toMillis(), trace.startedAt())));
    findings.add(
        firstUncaused(trace)
            .map(TraceChecks::uncaused)
            .or(() -> firstForeignEvent(trace).map(TraceChecks::foreign))
            .orElseGet(() -> Finding.good(CORRELATION, "Every call and event names its cause.")));
    trace.nodes().stream().map(Trace.Node::entry).forEach(it -> addTrouble(findings, it));
    return findings;
  }

  /** A service's call or event without a cause: the first entry of all is allowed to have none. */
  private static Optional<TraceEntry> firstUncaused(Trace trace) {
    return trace.nodes().stream()
        .map(Trace.Node::entry)
        .sorted(Comparator.comparing(TraceEntry::startedAt))
        .skip(1)
        .filter(it -> it.correlation().causationId() == null)
        .filter(it -> it.kind() == TraceEntry.Kind.HOP || it.kind() == TraceEntry.Kind.EVENT)
        .filter(
            it ->
                it.kind() == TraceEntry.Kind.EVENT
                    || !Correlation.EXTERNAL.equals(it.correlation().callingService()))
        .findFirst();
  }

  private static Finding uncaused(TraceEntry entry) {
    return Finding.bad(
        CORRELATION,
        "The first that names no cause is %s of %s, done by %s."
            .formatted(entry.name(), entry.startedAt(), entry.actor()),
        "%s passes the correlation id by hand but not the context: let it use ServiceClient and EventBus with the context in scope, and Correlation.wrap for other threads."
            .formatted(entry.actor()));
  }

  /** An event that a called service published during the call under another id, or under none. */
  private Optional<LogEntry> firstForeignEvent(Trace trace) {
    var hops =
        trace.nodes().stream()
            .map(Trace.Node::entry)
            .filter(it -> it.kind() == TraceEntry.Kind.HOP)
            .toList();
    return recent
        .matching(
            event ->
                event.causationId() == null
                    && !trace.correlationId().equals(event.correlationId())
                    && hops.stream().anyMatch(hop -> during(hop, event)))
        .stream()
        .findFirst();
  }

  private static boolean during(TraceEntry hop, LogEntry event) {
    return event.service().startsWith(singular(hop.service()))
        && !event.timestamp().isBefore(hop.startedAt())
        && !event.timestamp().isAfter(hop.endedAt());
  }

  /** Routes are plural where services are singular: assets, asset-service. */
  private static String singular(String route) {
    return route.endsWith("s") ? route.substring(0, route.length() - 1) : route;
  }

  private static Finding foreign(LogEntry event) {
    return Finding.bad(
        CORRELATION,
        "During this request %s published %s (%s) under %s."
            .formatted(
                event.service(),
                event.type(),
                event.id(),
                event.correlationId() == null
                    ? "no correlation id"
                    : "the correlation id " + event.correlationId()),
        "If that belongs to this request, %s lost the context: put CorrelationFilter before its handlers and Correlation.wrap around work for other threads."
            .formatted(event.service()));
  }

  private static void addTrouble(List<Finding> findings, TraceEntry entry) {
    if (!entry.succeeded()) {
      findings.add(
          Finding.bad(
              entry.kind().name().toLowerCase(java.util.Locale.ROOT),
              "%s of %s failed: %s.".formatted(entry.name(), entry.service(), entry.detail()),
              "Look for this correlation id in the log of " + entry.service() + "."));
    } else if (entry.kind() == TraceEntry.Kind.HOP && entry.duration().compareTo(SLOW) > 0) {
      findings.add(
          Finding.bad(
              "hop",
              "%s took %d ms.".formatted(entry.name(), entry.duration().toMillis()),
              "Callers may have given up before: see what %s did in that time in the trace."
                  .formatted(entry.service())));
    }
  }
}
