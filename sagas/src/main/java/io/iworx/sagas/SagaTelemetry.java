package io.iworx.sagas;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.TraceContext;
import io.iworx.sagas.spi.StoredSaga;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What sagas tell OpenTelemetry: every name is here and nowhere else. There are no semantic
 * conventions for workflows to follow. Safe for any thread.
 */
final class SagaTelemetry {
  static final String SCOPE = "io.iworx.sagas";
  static final String SAGA_DURATION = "iworx.saga.duration";
  static final String STEP_DURATION = "iworx.saga.step.duration";

  static final AttributeKey<String> ID = AttributeKey.stringKey("iworx.saga.id");
  static final AttributeKey<String> DEFINITION = AttributeKey.stringKey("iworx.saga.definition");
  static final AttributeKey<Long> VERSION = AttributeKey.longKey("iworx.saga.version");
  static final AttributeKey<String> STATE = AttributeKey.stringKey("iworx.saga.state");
  static final AttributeKey<String> STEP = AttributeKey.stringKey("iworx.saga.step");
  static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("iworx.saga.attempt");
  static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

  /** In seconds; sagas wait for days. */
  private static final List<Double> BOUNDS =
      List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 3600.0, 86400.0);

  private final boolean tracing;
  private final boolean metering;
  private final Tracer tracer;
  private final DoubleHistogram sagas;
  private final DoubleHistogram steps;

  SagaTelemetry(OpenTelemetry openTelemetry) {
    this.tracing = !openTelemetry.getTracerProvider().equals(TracerProvider.noop());
    this.metering = !openTelemetry.getMeterProvider().equals(MeterProvider.noop());
    this.tracer = openTelemetry.getTracer(SCOPE);
    var meter = openTelemetry.getMeter(SCOPE);
    this.sagas = histogram(meter, SAGA_DURATION, "From a saga's start until it ended or is stuck.");
    this.steps = histogram(meter, STEP_DURATION, "One attempt of a step or a compensation.");
  }

  private static DoubleHistogram histogram(Meter meter, String name, String description) {
    return meter
        .histogramBuilder(name)
        .setUnit("s")
        .setDescription(description)
        .setExplicitBucketBoundariesAdvice(BOUNDS)
        .build();
  }

  /** An attempt, as it goes on within its context. */
  @FunctionalInterface
  interface Attempt {
    @Nullable Object run(Correlation correlation) throws Exception;
  }

  /**
   * Runs an attempt of a step or, with {@code /undo} at the end, of a compensation. Its span
   * belongs to the trace that the saga was started in, is current meanwhile and in the context it
   * gets.
   */
  @Nullable Object attempt(
      StoredSaga saga, String identity, int number, Correlation correlation, Attempt attempt)
      throws Exception {
    if (!tracing && !metering) {
      return attempt.run(correlation);
    }
    var since = System.nanoTime();
    var span = tracing ? begin(saga, identity, number, correlation) : Span.getInvalid();
    var context = span.storeInContext(Context.current());
    Throwable failure = null;
    try (var _ = context.makeCurrent()) {
      return attempt.run(
          span.getSpanContext().isValid()
              ? correlation.withTraceContext(TraceContext.of(context))
              : correlation);
    } catch (Exception | Error e) {
      failure = e;
      span.recordException(e)
          .setAttribute(ERROR_TYPE, e.getClass().getName())
          .setStatus(StatusCode.ERROR);
      throw e;
    } finally {
      span.end();
      measure(saga, identity, System.nanoTime() - since, failure);
    }
  }

  private Span begin(StoredSaga saga, String identity, int number, Correlation correlation) {
    var started = correlation.traceContext();
    return tracer
        .spanBuilder(saga.definition() + " " + name(identity))
        .setParent(started == null ? Context.root() : started.in(Context.root()))
        .setAttribute(ID, saga.id())
        .setAttribute(DEFINITION, saga.definition())
        .setAttribute(VERSION, (long) saga.version())
        .setAttribute(STEP, identity)
        .setAttribute(ATTEMPT, (long) number)
        .startSpan();
  }

  private void measure(StoredSaga saga, String identity, long nanos, @Nullable Throwable failure) {
    var attributes =
        Attributes.builder().put(DEFINITION, saga.definition()).put(STEP, name(identity));
    if (failure != null) {
      attributes.put(ERROR_TYPE, failure.getClass().getName());
    }
    steps.record(nanos / (double) TimeUnit.SECONDS.toNanos(1), attributes.build());
  }

  /** Without its occurrence in a loop: names are few, occurrences are not. */
  private static String name(String identity) {
    return identity.replaceAll("#\\d+", "");
  }

  /** It ended, or is stuck. */
  void ended(StoredSaga saga, SagaState state, Duration took) {
    sagas.record(
        took.toNanos() / (double) TimeUnit.SECONDS.toNanos(1),
        Attributes.of(
            DEFINITION, saga.definition(), VERSION, (long) saga.version(), STATE, state.name()));
  }
}
