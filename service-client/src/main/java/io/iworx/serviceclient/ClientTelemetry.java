package io.iworx.serviceclient;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a client tells OpenTelemetry, under the names of its semantic conventions for HTTP clients,
 * which are stable: every name is here and nowhere else. Each attempt is a request of its own. Safe
 * for any thread.
 */
final class ClientTelemetry {
  static final String SCOPE = "io.iworx.serviceclient";
  static final String REQUEST_DURATION = "http.client.request.duration";

  static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
  static final AttributeKey<String> URL_FULL = AttributeKey.stringKey("url.full");
  static final AttributeKey<Long> STATUS_CODE = AttributeKey.longKey("http.response.status_code");
  static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  /** Ours: the service that was called; the server is the gateway. */
  static final AttributeKey<String> TARGET = AttributeKey.stringKey("iworx.target");

  static final AttributeKey<String> CORRELATION_ID = AttributeKey.stringKey("iworx.correlation_id");

  /** The bounds that the conventions give, in seconds. */
  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

  private final boolean tracing;
  private final boolean metering;
  private final Tracer tracer;
  private final DoubleHistogram duration;
  private final String base;
  private final String address;
  private final int port;

  ClientTelemetry(OpenTelemetry openTelemetry, URI gateway) {
    this.tracing = !openTelemetry.getTracerProvider().equals(TracerProvider.noop());
    this.metering = !openTelemetry.getMeterProvider().equals(MeterProvider.noop());
    this.tracer = openTelemetry.getTracer(SCOPE);
    this.duration =
        openTelemetry
            .getMeter(SCOPE)
            .histogramBuilder(REQUEST_DURATION)
            .setUnit("s")
            .setDescription("Duration of HTTP client requests.")
            .setExplicitBucketBoundariesAdvice(BOUNDS)
            .build();
    this.base = GatewayConnections.base(gateway);
    this.address = gateway.getHost();
    this.port = GatewayConnections.port(gateway);
  }

  /** Whether nobody wants spans or metrics: then nothing is measured at all. */
  boolean isOff() {
    return !tracing && !metering;
  }

  /** Begins an attempt. */
  Operation begin(String target, Request request) {
    var attributes =
        Attributes.builder()
            .put(METHOD, request.call().method().name())
            .put(SERVER_ADDRESS, address)
            .put(SERVER_PORT, port)
            .put(TARGET, target)
            .build();
    var parent = parent(request);
    if (!tracing) {
      return new Operation(attributes, Span.getInvalid(), parent);
    }
    var path = request.call().path();
    var query = path.indexOf('?');
    var span =
        tracer
            .spanBuilder(request.call().method().name() + " " + target)
            .setSpanKind(SpanKind.CLIENT)
            .setParent(parent)
            .setAllAttributes(attributes)
            .setAttribute(URL_FULL, base + (query < 0 ? path : path.substring(0, query)))
            .setAttribute(CORRELATION_ID, request.correlation().correlationId())
            .startSpan();
    if (request.attempt() > 1) {
      span.setAttribute(RESEND_COUNT, request.attempt() - 1L);
    }
    return new Operation(attributes, span, parent.with(span));
  }

  private static Context parent(Request request) {
    var current = Context.current();
    var remote = request.correlation().traceContext();
    return remote == null || Span.fromContext(current).getSpanContext().isValid()
        ? current
        : remote.in(current);
  }

  /** Under way; of one thread. */
  final class Operation {
    private final Attributes attributes;
    private final Span span;
    private final Context context;
    private final long since = System.nanoTime();

    private Operation(Attributes attributes, Span span, Context context) {
      this.attributes = attributes;
      this.span = span;
      this.context = context;
    }

    /** The request with this attempt's span as the callee's parent. */
    Request traced(Request request) {
      var trace = span.getSpanContext().isValid() ? TraceContext.of(context) : null;
      if (trace == null) {
        return request;
      }
      var headers = new HashMap<String, String>();
      headers.put(CorrelationHeaders.TRACEPARENT, trace.traceparent());
      if (trace.tracestate() != null) {
        headers.put(CorrelationHeaders.TRACESTATE, trace.tracestate());
      }
      if (trace.baggage() != null) {
        headers.put(CorrelationHeaders.BAGGAGE, trace.baggage());
      }
      return request.withHeaders(headers);
    }

    /** Ends it; null when the caller's own code threw. */
    void end(@Nullable Reply reply) {
      var nanos = System.nanoTime() - since;
      var status = reply instanceof Reply.Answered answer ? answer.status() : 0;
      var error = error(reply, status);
      if (status > 0) {
        span.setAttribute(STATUS_CODE, (long) status);
      }
      if (error != null) {
        span.setAttribute(ERROR_TYPE, error).setStatus(StatusCode.ERROR);
      }
      span.end();
      if (metering) {
        var all = attributes.toBuilder();
        if (status > 0) {
          all.put(STATUS_CODE, (long) status);
        }
        if (error != null) {
          all.put(ERROR_TYPE, error);
        }
        duration.record(nanos / (double) TimeUnit.SECONDS.toNanos(1), all.build(), context);
      }
    }

    private static @Nullable String error(@Nullable Reply reply, int status) {
      return switch (reply) {
        case null -> "reader";
        case Fault fault -> fault.kind().getClass().getSimpleName().toLowerCase(Locale.ROOT);
        case Reply.Answered _ -> status >= 400 ? Integer.toString(status) : null;
      };
    }
  }
}
