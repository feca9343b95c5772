package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The names are spelt out here, as whoever makes a dashboard does. */
class SagaTelemetryTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                  .build())
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(reader).build())
          .build();
  private final InMemoryEventLog log = InMemoryEventLog.create();
  private final EventBus bus = EventBus.create("svc", log);
  private final Sagas sagas =
      Sagas.create(bus, InMemorySagaStore.create(), SagasOptions.defaults().withOpenTelemetry(sdk));

  @AfterEach
  void close() {
    sagas.close();
    bus.close();
    log.close();
    sdk.close();
  }

  @Test
  void everyAttemptIsASpanOfTheTraceThatTheSagaWasStartedIn() {
    var seen = new CopyOnWriteArrayList<String>();
    var definition =
        sagas.define(
            "open",
            3,
            String.class,
            String.class,
            (saga, in) -> {
              saga.step("create", () -> seen.add(current()), () -> seen.add(current()));
              saga.step("create", () -> seen.add(current()), () -> seen.add(current()));
              saga.step(
                  "close",
                  () -> {
                    throw new PermanentFailure("closed");
                  });
              return in;
            });
    var context = Objects.requireNonNull(TraceContext.of(PARENT, null, null));
    Correlation.fresh()
        .withTraceContext(context)
        .run(() -> definition.start("k", "in").await(Duration.ofSeconds(10)));

    await().until(() -> exporter.getFinishedSpanItems().size() == 5);
    assertThat(exporter.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactly(
            "open create", "open create", "open close", "open create/undo", "open create/undo");
    assertThat(exporter.getFinishedSpanItems())
        .allSatisfy(
            span -> {
              assertThat(span.getTraceId()).isEqualTo(TRACE);
              assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
              assertThat(span.getAttributes().get(AttributeKey.longKey("iworx.saga.version")))
                  .isEqualTo(3);
            });
    var ids = exporter.getFinishedSpanItems().stream().map(SpanData::getSpanId).toList();
    assertThat(seen).containsExactly(ids.get(0), ids.get(1), ids.get(3), ids.get(4));
    var failed = exporter.getFinishedSpanItems().get(2);
    assertThat(failed.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(failed.getAttributes().get(AttributeKey.stringKey("error.type")))
        .isEqualTo(PermanentFailure.class.getName());
    await()
        .untilAsserted(
            () ->
                assertThat(counts("iworx.saga.duration"))
                    .containsOnly(
                        Map.entry(
                            "{iworx.saga.definition=\"open\", iworx.saga.state=\"COMPENSATED\","
                                + " iworx.saga.version=3}",
                            1L)));
    assertThat(counts("iworx.saga.step.duration").values().stream().mapToLong(it -> it).sum())
        .isEqualTo(5);
  }

  /** The span that is current, which is also what calls and events are given. */
  private static String current() {
    var inThread = Span.current().getSpanContext().getSpanId();
    var given = Objects.requireNonNull(Correlation.currentOrFresh().traceContext()).traceparent();
    assertThat(given).contains(inThread);
    return inThread;
  }

  private Map<String, Long> counts(String metric) {
    return reader.collectAllMetrics().stream()
        .filter(it -> it.getName().equals(metric))
        .flatMap(it -> it.getHistogramData().getPoints().stream())
        .collect(Collectors.toMap(it -> it.getAttributes().toString(), it -> it.getCount()));
  }
}
