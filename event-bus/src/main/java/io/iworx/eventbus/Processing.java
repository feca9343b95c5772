package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.spi.LogEntry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.function.Consumer;

/**
 * Calls of a subscription's handler, each with a span, and counted: one span a call, whether it
 * gets one event or many.
 */
final class Processing {
  private final BusTelemetry telemetry;
  private final SharedContexts contexts;
  private final String subscription;

  Processing(BusTelemetry telemetry, SharedContexts contexts, String subscription) {
    this.telemetry = telemetry;
    this.contexts = contexts;
    this.subscription = subscription;
  }

  /** Handles one event, in its context; the span belongs to the trace of its publisher. */
  void one(LogEntry entry, EventContext.Work work) throws Exception {
    var context = contexts.of(entry);
    if (telemetry.isOff()) {
      in(context, work);
      return;
    }
    var published = entry.traceContext();
    var parent = published == null ? Context.current() : published.in(Context.current());
    var operation = begin(List.of(entry), parent, span -> describe(span, entry));
    run(
        operation,
        () ->
            in(
                operation.isTraced()
                    ? context.withTraceContext(TraceContext.of(operation.context()))
                    : context,
                work));
  }

  private static void in(Correlation context, EventContext.Work work) throws Exception {
    context.call(
        () -> {
          work.run();
          return true;
        });
  }

  /** Handles many at once; the span is linked to their publishers'. */
  void together(List<LogEntry> entries, EventContext.Work work) throws Exception {
    if (telemetry.isOff()) {
      work.run();
      return;
    }
    run(
        begin(entries, Context.current(), span -> entries.forEach(entry -> link(span, entry))),
        work);
  }

  private BusTelemetry.Operation begin(
      List<LogEntry> entries, Context parent, Consumer<SpanBuilder> details) {
    return telemetry.begin(
        BusTelemetry.Kind.PROCESS,
        entries.stream().map(LogEntry::type).toList(),
        subscription,
        parent,
        details);
  }

  private static void run(BusTelemetry.Operation operation, EventContext.Work work)
      throws Exception {
    try (var _ = operation.context().makeCurrent()) {
      work.run();
    } catch (Exception | Error e) {
      operation.end(e);
      throw e;
    }
    operation.end(null);
  }

  private static void describe(SpanBuilder span, LogEntry entry) {
    span.setAttribute(BusTelemetry.MESSAGE_ID, entry.id());
    span.setAttribute(BusTelemetry.CONVERSATION_ID, EventContext.correlationId(entry));
    link(span, entry);
  }

  private static void link(SpanBuilder span, LogEntry entry) {
    var published = entry.traceContext();
    if (published != null) {
      span.addLink(spanOf(published), Attributes.of(BusTelemetry.MESSAGE_ID, entry.id()));
    }
  }

  private static SpanContext spanOf(TraceContext context) {
    return Span.fromContext(context.in(Context.root())).getSpanContext();
  }
}
