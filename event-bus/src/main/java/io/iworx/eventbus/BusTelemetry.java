package io.iworx.eventbus;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a bus tells OpenTelemetry, under the names of its semantic conventions for messaging, which
 * are in development: every name is here and nowhere else. Safe for any thread.
 */
final class BusTelemetry {
  static final String SCOPE = "io.iworx.eventbus";
  static final String IWORX = "iworx";

  static final String SENT_MESSAGES = "messaging.client.sent.messages";
  static final String OPERATION_DURATION = "messaging.client.operation.duration";
  static final String CONSUMED_MESSAGES = "messaging.client.consumed.messages";
  static final String PROCESS_DURATION = "messaging.process.duration";
  static final String LAG_EVENTS = "iworx.subscription.lag.events";
  static final String LAG_SECONDS = "iworx.subscription.lag.seconds";
  static final String BLOCKED_KEYS = "iworx.subscription.blocked_keys";
  static final String DEAD_LETTERS = "iworx.subscription.dead_letters";

  static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  static final AttributeKey<String> OPERATION_NAME =
      AttributeKey.stringKey("messaging.operation.name");
  static final AttributeKey<String> OPERATION_TYPE =
      AttributeKey.stringKey("messaging.operation.type");
  static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  static final AttributeKey<String> SUBSCRIPTION =
      AttributeKey.stringKey("messaging.destination.subscription.name");
  static final AttributeKey<Long> BATCH_COUNT =
      AttributeKey.longKey("messaging.batch.message_count");
  static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
  static final AttributeKey<String> CONVERSATION_ID =
      AttributeKey.stringKey("messaging.message.conversation_id");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  /** The bounds that the conventions give, in seconds. */
  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

  private final boolean tracing;
  private final boolean metering;
  private final Tracer tracer;
  private final Meter meter;
  private final LongCounter sent;
  private final LongCounter consumed;
  private final DoubleHistogram sendDuration;
  private final DoubleHistogram processDuration;

  BusTelemetry(OpenTelemetry openTelemetry) {
    this.tracing = !openTelemetry.getTracerProvider().equals(TracerProvider.noop());
    this.metering = !openTelemetry.getMeterProvider().equals(MeterProvider.noop());
    this.tracer = openTelemetry.getTracer(SCOPE);
    this.meter = openTelemetry.getMeter(SCOPE);
    this.sent = counter(SENT_MESSAGES, "Number of events handed to the event log.");
    this.consumed = counter(CONSUMED_MESSAGES, "Number of events handed to a handler.");
    this.sendDuration = histogram(OPERATION_DURATION, "Duration of publishing.");
    this.processDuration = histogram(PROCESS_DURATION, "Duration of a handler's call.");
  }

  private LongCounter counter(String name, String description) {
    return meter.counterBuilder(name).setUnit("{message}").setDescription(description).build();
  }

  private DoubleHistogram histogram(String name, String description) {
    return meter
        .histogramBuilder(name)
        .setUnit("s")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(BOUNDS)
        .build();
  }

  /** Whether nobody wants spans or metrics: then nothing is measured at all. */
  boolean isOff() {
    return !tracing && !metering;
  }

  boolean metering() {
    return metering;
  }

  Meter meter() {
    return meter;
  }

  /** What the bus does, as the conventions call it. */
  enum Kind {
    SEND("send", SpanKind.PRODUCER),
    PROCESS("process", SpanKind.CONSUMER);

    private final String operation;
    private final SpanKind span;

    Kind(String operation, SpanKind span) {
      this.operation = operation;
      this.span = span;
    }
  }

  /**
   * Begins an operation.
   *
   * @param types those of its events, in their order
   * @param subscription whose handler it is; null for none
   * @param parent what its span belongs to
   * @param details adds links and attributes to the span
   */
  Operation begin(
      Kind kind,
      List<String> types,
      @Nullable String subscription,
      Context parent,
      Consumer<SpanBuilder> details) {
    var common = common(types);
    var attributes = Attributes.builder().put(SYSTEM, IWORX).put(OPERATION_NAME, kind.operation);
    if (subscription != null) {
      attributes.put(SUBSCRIPTION, subscription);
    }
    var shared = attributes.build();
    if (!tracing) {
      return new Operation(kind, types, common, shared, Span.getInvalid(), Context.current());
    }
    var builder =
        tracer
            .spanBuilder(common == null ? kind.operation : kind.operation + " " + common)
            .setSpanKind(kind.span)
            .setParent(parent)
            .setAllAttributes(of(shared, common, null))
            .setAttribute(OPERATION_TYPE, kind.operation);
    if (types.size() > 1) {
      builder.setAttribute(BATCH_COUNT, (long) types.size());
    }
    details.accept(builder);
    var span = builder.startSpan();
    var context = span.getSpanContext().isValid() ? parent.with(span) : parent;
    return new Operation(kind, types, common, shared, span, context);
  }

  /** The type of all of them; null when they are of several. */
  private static @Nullable String common(List<String> types) {
    var first = types.isEmpty() ? null : types.getFirst();
    for (var type : types) {
      if (!type.equals(first)) {
        return null;
      }
    }
    return first;
  }

  private static Attributes of(
      Attributes shared, @Nullable String destination, @Nullable Throwable failure) {
    var attributes = shared.toBuilder();
    if (destination != null) {
      attributes.put(DESTINATION, destination);
    }
    if (failure != null) {
      attributes.put(ERROR_TYPE, failure.getClass().getName());
    }
    return attributes.build();
  }

  /** Under way; of one thread. */
  final class Operation {
    private final Kind kind;
    private final List<String> types;
    private final @Nullable String common;
    private final Attributes shared;
    private final Span span;
    private final Context context;
    private final long since = System.nanoTime();

    private Operation(
        Kind kind,
        List<String> types,
        @Nullable String common,
        Attributes shared,
        Span span,
        Context context) {
      this.kind = kind;
      this.types = types;
      this.common = common;
      this.shared = shared;
      this.span = span;
      this.context = context;
    }

    /** To be current meanwhile: with its span, if there is one. */
    Context context() {
      return context;
    }

    /** Whether it has a span to go on from. */
    boolean isTraced() {
      return span.getSpanContext().isValid();
    }

    String traceId() {
      return span.getSpanContext().getTraceId();
    }

    void end(@Nullable Throwable failure) {
      var nanos = System.nanoTime() - since;
      if (failure != null) {
        span.recordException(failure)
            .setAttribute(ERROR_TYPE, failure.getClass().getName())
            .setStatus(StatusCode.ERROR, Reason.of(failure));
      }
      span.end();
      if (metering) {
        measure(nanos, failure);
      }
    }

    private void measure(long nanos, @Nullable Throwable failure) {
      var seconds = nanos / (double) TimeUnit.SECONDS.toNanos(1);
      var attributes = of(shared, common, failure);
      switch (kind) {
        case SEND ->
            sendDuration.record(
                seconds,
                attributes.toBuilder().put(OPERATION_TYPE, kind.operation).build(),
                context);
        case PROCESS -> processDuration.record(seconds, attributes, context);
      }
      var messages =
          switch (kind) {
            case SEND -> sent;
            case PROCESS -> consumed;
          };
      if (common != null) {
        messages.add(types.size(), attributes, context);
        return;
      }
      var counts = new TreeMap<String, Long>();
      types.forEach(type -> counts.merge(type, 1L, Long::sum));
      counts.forEach((type, count) -> messages.add(count, of(shared, type, failure), context));
    }
  }
}
