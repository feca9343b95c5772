package io.iworx.correlation;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What follows the context in scope: the MDC and OpenTelemetry's current span. Closing puts back
 * what was there before.
 */
final class Ambient implements AutoCloseable {
  private final @Nullable String outerCorrelationId;
  private final @Nullable Scope span;

  private Ambient(@Nullable String outerCorrelationId, @Nullable Scope span) {
    this.outerCorrelationId = outerCorrelationId;
    this.span = span;
  }

  static Ambient enter(Correlation correlation) {
    var outer = MDC.get(Correlation.MDC_KEY);
    MDC.put(Correlation.MDC_KEY, correlation.correlationId());
    var traceContext = correlation.traceContext();
    return new Ambient(outer, traceContext == null ? null : enterSpan(traceContext));
  }

  /** Null when a span of the same trace is current already: it is nearer than the remote one. */
  @SuppressWarnings("MustBeClosedChecker") // closed by close()
  private static @Nullable Scope enterSpan(TraceContext traceContext) {
    if (Span.current().getSpanContext().getTraceId().equals(traceContext.traceId())) {
      return null;
    }
    return traceContext.in(Context.current()).makeCurrent();
  }

  @Override
  public void close() {
    if (span != null) {
      span.close();
    }
    if (outerCorrelationId == null) {
      MDC.remove(Correlation.MDC_KEY);
    } else {
      MDC.put(Correlation.MDC_KEY, outerCorrelationId);
    }
  }
}
