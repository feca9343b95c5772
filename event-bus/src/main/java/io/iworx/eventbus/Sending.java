package io.iworx.eventbus;

import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.spi.Draft;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Publishing with a span that consumers continue, and counted. */
final class Sending {
  private final BusTelemetry telemetry;

  Sending(BusTelemetry telemetry) {
    this.telemetry = telemetry;
  }

  <R> R one(Draft draft, Function<Draft, R> append) {
    return telemetry.isOff()
        ? append.apply(draft)
        : all(List.of(draft), stamped -> append.apply(stamped.getFirst()));
  }

  <R> R all(List<Draft> drafts, Function<List<Draft>, R> append) {
    if (telemetry.isOff() || drafts.isEmpty()) {
      return append.apply(drafts);
    }
    var parent = parentOf(drafts.getFirst());
    var operation =
        telemetry.begin(
            BusTelemetry.Kind.SEND,
            drafts.stream().map(Draft::type).toList(),
            null,
            parent,
            span -> describe(span, drafts, Span.fromContext(parent).getSpanContext().getTraceId()));
    try (var _ = operation.context().makeCurrent()) {
      var result = append.apply(stamped(drafts, operation));
      operation.end(null);
      return result;
    } catch (RuntimeException | Error e) {
      operation.end(e);
      throw e;
    }
  }

  /** The current span, unless the event was given the context of another trace. */
  private static Context parentOf(Draft draft) {
    var given = draft.correlation().traceContext();
    return given == null || isOf(given, Span.current().getSpanContext().getTraceId())
        ? Context.current()
        : given.in(Context.current());
  }

  private static boolean isOf(TraceContext context, String traceId) {
    return context.traceId().equals(traceId);
  }

  private static void describe(SpanBuilder span, List<Draft> drafts, String traceId) {
    if (drafts.size() == 1) {
      var draft = drafts.getFirst();
      span.setAttribute(BusTelemetry.MESSAGE_ID, draft.id());
      span.setAttribute(BusTelemetry.CONVERSATION_ID, draft.correlation().correlationId());
      return;
    }
    for (var draft : drafts) {
      var own = draft.correlation().traceContext();
      if (own != null && !isOf(own, traceId)) {
        span.addLink(Span.fromContext(own.in(Context.root())).getSpanContext());
      }
    }
  }

  private static List<Draft> stamped(List<Draft> drafts, BusTelemetry.Operation operation) {
    if (!operation.isTraced()) {
      return drafts;
    }
    var here = TraceContext.of(operation.context());
    return drafts.stream().map(draft -> stamped(draft, here, operation.traceId())).toList();
  }

  /** With the span as what consumers continue, unless the event brought another trace along. */
  private static Draft stamped(Draft draft, @Nullable TraceContext here, String traceId) {
    var own = draft.correlation().traceContext();
    if (here == null || (own != null && !isOf(own, traceId))) {
      return draft;
    }
    var baggage = own == null || own.baggage() == null ? here.baggage() : own.baggage();
    return new Draft(
        draft.id(),
        draft.type(),
        draft.service(),
        draft
            .correlation()
            .withTraceContext(new TraceContext(here.traceparent(), here.tracestate(), baggage)),
        draft.key(),
        draft.payload(),
        draft.metadata(),
        draft.expiresAt());
  }
}
