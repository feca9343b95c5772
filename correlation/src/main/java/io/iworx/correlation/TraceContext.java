package io.iworx.correlation;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The W3C trace context of a request, carried unchanged beside the correlation id (W3C Trace
 * Context version 00, W3C Baggage).
 *
 * @param traceparent version 00, trace id, parent id, flags
 * @param tracestate vendor state, at most 512 characters; null when none came
 * @param baggage application state, at most 8192 characters; null when none came
 */
public record TraceContext(
    String traceparent, @Nullable String tracestate, @Nullable String baggage) {

  private static final Pattern TRACEPARENT =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");
  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]+");
  private static final int MAX_TRACESTATE = 512;
  private static final int MAX_BAGGAGE = 8192;
  private static final TextMapGetter<TraceContext> GETTER = TraceContext::header;

  /**
   * Checks that the values can go into headers.
   *
   * @throws IllegalArgumentException when one of them is malformed or too long; {@link #of} drops
   *     such values instead
   */
  public TraceContext {
    if (!TRACEPARENT.matcher(traceparent).matches()
        || (tracestate != null && printable(tracestate, MAX_TRACESTATE) == null)
        || (baggage != null && printable(baggage, MAX_BAGGAGE) == null)) {
      throw new IllegalArgumentException(
          "The trace context is malformed; read foreign values with TraceContext.of.");
    }
  }

  /**
   * The trace context that headers hold, or null when {@code traceparent} is missing or malformed.
   * A malformed or oversized {@code tracestate} or {@code baggage} is dropped alone, as the
   * specification asks.
   */
  public static @Nullable TraceContext of(
      @Nullable String traceparent, @Nullable String tracestate, @Nullable String baggage) {
    if (traceparent == null || !TRACEPARENT.matcher(traceparent).matches()) {
      return null;
    }
    return new TraceContext(
        traceparent, printable(tracestate, MAX_TRACESTATE), printable(baggage, MAX_BAGGAGE));
  }

  /** The 32 hexadecimal characters that name the whole trace. */
  public String traceId() {
    return traceparent.substring(3, 35);
  }

  /**
   * The trace context that a callee would get from OpenTelemetry's context: of the span and the
   * baggage in it; null when there is no span.
   */
  public static @Nullable TraceContext of(Context context) {
    var headers = new HashMap<String, String>();
    TextMapSetter<Map<String, String>> setter = (_, name, value) -> headers.put(name, value);
    W3CTraceContextPropagator.getInstance().inject(context, headers, setter);
    W3CBaggagePropagator.getInstance().inject(context, headers, setter);
    return of(
        headers.get(CorrelationHeaders.TRACEPARENT),
        headers.get(CorrelationHeaders.TRACESTATE),
        headers.get(CorrelationHeaders.BAGGAGE));
  }

  /** OpenTelemetry's context with the remote span and the baggage in it. */
  public Context in(Context outer) {
    return W3CBaggagePropagator.getInstance()
        .extract(
            W3CTraceContextPropagator.getInstance().extract(outer, this, GETTER), this, GETTER);
  }

  private static @Nullable String printable(@Nullable String value, int maxLength) {
    return value != null && value.length() <= maxLength && PRINTABLE.matcher(value).matches()
        ? value
        : null;
  }

  /** The values as OpenTelemetry's propagators ask for them: by header name. */
  private static @Nullable String header(@Nullable TraceContext from, String name) {
    return from == null
        ? null
        : switch (name) {
          case CorrelationHeaders.TRACEPARENT -> from.traceparent;
          case CorrelationHeaders.TRACESTATE -> from.tracestate;
          case CorrelationHeaders.BAGGAGE -> from.baggage;
          default -> null;
        };
  }
}
