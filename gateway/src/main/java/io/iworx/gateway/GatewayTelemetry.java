package io.iworx.gateway;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.TraceContext;
import io.netty.handler.codec.http.HttpMethod;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway tells OpenTelemetry, under the names of its semantic conventions for HTTP servers,
 * which are stable: every name is here, or in {@link UpstreamTelemetry}, and nowhere else. Never a
 * token, a query or a header. Safe for any thread; nothing blocks.
 */
final class GatewayTelemetry implements AutoCloseable {
  static final String SCOPE = "io.iworx.gateway";
  static final String REQUEST_DURATION = "http.server.request.duration";
  static final String ACTIVE_REQUESTS = "http.server.active_requests";
  static final String CONNECTIONS = "iworx.gateway.connections";
  static final String DROPPED = "iworx.trace.dropped";
  static final String DROPPED_LINES = "iworx.gateway.access_log.dropped";

  static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
  static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  static final AttributeKey<Long> STATUS_CODE = AttributeKey.longKey("http.response.status_code");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
  static final AttributeKey<String> CORRELATION_ID = AttributeKey.stringKey("iworx.correlation_id");

  /** What a method is called that the conventions do not know: callers must not make names up. */
  private static final String OTHER = "_OTHER";

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");
  private static final String CUT_OFF = "cut_off";

  /** The bounds that the conventions give, in seconds. */
  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

  private final boolean tracing;
  private final boolean metering;
  private final Tracer tracer;
  private final DoubleHistogram duration;
  private final LongUpDownCounter active;
  private final Map<String, Attributes> activeInTheClear = activeBy(Peer.HTTP);
  private final Map<String, Attributes> activeEncrypted = activeBy(Peer.HTTPS);
  private final Map<Series, Attributes> known = new ConcurrentHashMap<>();
  private final List<AutoCloseable> observers;

  /** What requests are counted by. */
  private record Series(
      String method, String scheme, @Nullable String service, int status, boolean cutOff) {}

  /**
   * @param connections how many are open now
   * @param dropped how many entries of traces have been given up so far
   * @param droppedLines how many lines of the access log
   */
  GatewayTelemetry(
      OpenTelemetry openTelemetry,
      LongSupplier connections,
      LongSupplier dropped,
      LongSupplier droppedLines) {
    this.tracing = !openTelemetry.getTracerProvider().equals(TracerProvider.noop());
    this.metering = !openTelemetry.getMeterProvider().equals(MeterProvider.noop());
    this.tracer = openTelemetry.getTracer(SCOPE);
    var meter = openTelemetry.getMeter(SCOPE);
    this.duration =
        meter
            .histogramBuilder(REQUEST_DURATION)
            .setUnit("s")
            .setDescription("Duration of HTTP server requests.")
            .setExplicitBucketBoundariesAdvice(BOUNDS)
            .build();
    this.active =
        meter
            .upDownCounterBuilder(ACTIVE_REQUESTS)
            .setUnit("{request}")
            .setDescription("Number of active HTTP server requests.")
            .build();
    this.observers = metering ? observers(meter, connections, dropped, droppedLines) : List.of();
  }

  private static List<AutoCloseable> observers(
      Meter meter, LongSupplier connections, LongSupplier dropped, LongSupplier droppedLines) {
    return List.of(
        meter
            .gaugeBuilder(CONNECTIONS)
            .ofLongs()
            .setUnit("{connection}")
            .setDescription("Number of clients' connections.")
            .buildWithCallback(it -> it.record(connections.getAsLong())),
        meter
            .counterBuilder(DROPPED)
            .setUnit("{entry}")
            .setDescription("Number of trace entries that were not kept.")
            .buildWithCallback(it -> it.record(dropped.getAsLong())),
        meter
            .counterBuilder(DROPPED_LINES)
            .setUnit("{line}")
            .setDescription("Number of lines of the access log that were not written.")
            .buildWithCallback(it -> it.record(droppedLines.getAsLong())));
  }

  /** Begins the span of an exchange, which the service's own span goes on from. */
  void begin(Exchange exchange) {
    if (metering) {
      active.add(1, activeBy(exchange));
    }
    if (tracing) {
      trace(exchange);
    }
  }

  private static Map<String, Attributes> activeBy(String scheme) {
    return METHODS.stream()
        .collect(Collectors.toMap(it -> it, it -> Attributes.of(METHOD, it, SCHEME, scheme)));
  }

  private Attributes activeBy(Exchange exchange) {
    var scheme = exchange.client().scheme();
    var known = exchange.client().secure() ? activeEncrypted : activeInTheClear;
    var attributes = known.get(exchange.request().method().name());
    return attributes == null ? Attributes.of(METHOD, OTHER, SCHEME, scheme) : attributes;
  }

  private void trace(Exchange exchange) {
    var came = exchange.traceContext();
    var parent = came == null ? Context.root() : came.in(Context.root());
    var span =
        tracer
            .spanBuilder(method(exchange.request().method()))
            .setSpanKind(SpanKind.SERVER)
            .setParent(parent)
            .setAttribute(CORRELATION_ID, exchange.correlationId())
            .startSpan();
    var goesOn = TraceContext.of(parent.with(span));
    exchange.traced(span, goesOn);
    if (goesOn != null) {
      var headers = exchange.request().headers();
      headers.set(CorrelationHeaders.TRACEPARENT, goesOn.traceparent());
      if (goesOn.tracestate() != null) {
        headers.set(CorrelationHeaders.TRACESTATE, goesOn.tracestate());
      }
    }
  }

  private static String method(HttpMethod method) {
    return METHODS.contains(method.name()) ? method.name() : OTHER;
  }

  /** Ends what {@link #begin} began. */
  void end(Exchange exchange, Duration took) {
    var span = exchange.span();
    if (span != null) {
      end(exchange, span);
    }
    if (metering) {
      active.add(-1, activeBy(exchange));
      var route = exchange.matchedRoute();
      record(
          new Series(
              method(exchange.request().method()),
              exchange.client().scheme(),
              route == null ? null : route.service(),
              exchange.status(),
              exchange.cutOff()),
          took);
    }
  }

  private void end(Exchange exchange, Span span) {
    var method = method(exchange.request().method());
    var matched = exchange.matchedRoute();
    if (matched != null) {
      var route = route(matched.service());
      span.updateName(method + " " + route).setAttribute(ROUTE, route);
    }
    span.setAttribute(METHOD, method)
        .setAttribute(SCHEME, exchange.client().scheme())
        .setAttribute(PATH, exchange.path())
        .setAttribute(CLIENT_ADDRESS, exchange.client().address())
        .setAttribute(STATUS_CODE, (long) exchange.status());
    var error = error(exchange.status(), exchange.cutOff());
    if (error != null) {
      span.setAttribute(ERROR_TYPE, error).setStatus(StatusCode.ERROR, exchange.detail());
    }
    span.end();
  }

  /** Counts a request that never became an exchange. */
  void refused(Peer client, int status) {
    if (metering) {
      record(new Series(OTHER, client.scheme(), null, status, false), Duration.ZERO);
    }
  }

  private void record(Series series, Duration took) {
    duration.record(
        took.toNanos() / (double) TimeUnit.SECONDS.toNanos(1),
        known.computeIfAbsent(series, GatewayTelemetry::attributes),
        Context.root());
  }

  private static Attributes attributes(Series series) {
    var attributes = Attributes.builder().put(METHOD, series.method).put(SCHEME, series.scheme);
    attributes.put(STATUS_CODE, (long) series.status);
    if (series.service != null) {
      attributes.put(ROUTE, route(series.service));
    }
    var error = error(series.status, series.cutOff);
    if (error != null) {
      attributes.put(ERROR_TYPE, error);
    }
    return attributes.build();
  }

  static String route(String service) {
    return "/api/" + service;
  }

  /** What went wrong on this side of the wire: a caller's mistake is none. */
  private static @Nullable String error(int status, boolean cutOff) {
    return cutOff ? CUT_OFF : status >= 500 ? Integer.toString(status) : null;
  }

  @Override
  public void close() {
    for (var observer : observers) {
      try {
        observer.close();
      } catch (Exception e) {
        throw new IllegalStateException("OpenTelemetry does not let go of a gauge.", e);
      }
    }
  }
}
