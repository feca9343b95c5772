package io.iworx.correlation;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The W3C trace context of a request, carried unchanged beside the correlation id (W3C Trace
 * Context level 1, W3C Baggage).
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

  SpanContext remoteSpan() {
    return SpanContext.createFromRemoteParent(
        traceId(),
        traceparent.substring(36, 52),
        TraceFlags.fromHex(traceparent, 53),
        TraceState.getDefault());
  }

  private static @Nullable String printable(@Nullable String value, int maxLength) {
    return value != null && value.length() <= maxLength && PRINTABLE.matcher(value).matches()
        ? value
        : null;
  }
}
