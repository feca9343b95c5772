package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.AssetDeleted;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.RetryPolicy;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Start;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The names are spelt out here, as whoever makes a dashboard does. */
class TelemetryTest {
  private static final String SENT = "messaging.client.sent.messages";
  private static final String CONSUMED = "messaging.client.consumed.messages";
  private static final String ERROR_TYPE = "error.type";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

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
  private final EventBus bus =
      EventBus.create(
          "svc",
          log,
          EventBusOptions.defaults()
              .withOpenTelemetry(sdk)
              .withSubscriptions(
                  SubscriptionOptions.defaults()
                      .withRetryPolicy(
                          new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(2)))));

  @AfterEach
  void close() {
    bus.close();
    log.close();
    sdk.close();
  }

  private static NewEvent<AssetDeleted> deleted(String id) {
    return NewEvent.of(DomainEvents.ASSET_DELETED, new AssetDeleted("a")).withId(id);
  }

  private List<SpanData> spans(int count) {
    await().until(() -> exporter.getFinishedSpanItems().size() >= count);
    assertThat(exporter.getFinishedSpanItems()).hasSize(count);
    return exporter.getFinishedSpanItems();
  }

  private Map<String, MetricData> metrics() {
    return reader.collectAllMetrics().stream()
        .collect(Collectors.toMap(MetricData::getName, it -> it));
  }

  private static Map<String, Object> attributes(SpanData span) {
    return span.getAttributes().asMap().entrySet().stream()
        .collect(Collectors.toMap(it -> it.getKey().getKey(), Map.Entry::getValue));
  }

  private static boolean has(PointData point, String key) {
    return point.getAttributes().get(AttributeKey.stringKey(key)) != null;
  }

  private MetricData metric(String name) {
    return Objects.requireNonNull(metrics().get(name));
  }

  private long sum(String name, boolean failed) {
    var metric = metrics().get(name);
    if (metric == null) {
      return 0;
    }
    return metric.getLongSumData().getPoints().stream()
        .filter(point -> has(point, ERROR_TYPE) == failed)
        .mapToLong(point -> point.getValue())
        .sum();
  }

  @Test
  void theSpanOfTheHandlerIsAChildOfThatOfThePublisherAndLinkedToIt() {
    bus.subscribe("stock", List.of(DomainEvents.ASSET_DELETED), (_, _) -> {});
    var event = bus.publish(deleted("e-1"));
    var sent = spans(2).get(0).getKind() == SpanKind.PRODUCER ? spans(2).get(0) : spans(2).get(1);
    var processed = spans(2).get(0).equals(sent) ? spans(2).get(1) : spans(2).get(0);
    assertThat(sent.getName()).isEqualTo("send asset.deleted");
    assertThat(sent.getKind()).isEqualTo(SpanKind.PRODUCER);
    assertThat(attributes(sent))
        .isEqualTo(
            Map.of(
                "messaging.system", "iworx",
                "messaging.operation.name", "send",
                "messaging.operation.type", "send",
                "messaging.destination.name", "asset.deleted",
                "messaging.message.id", "e-1",
                "messaging.message.conversation_id", event.correlationId()));
    assertThat(processed.getName()).isEqualTo("process asset.deleted");
    assertThat(processed.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(processed.getParentSpanId()).isEqualTo(sent.getSpanId());
    assertThat(processed.getTraceId()).isEqualTo(sent.getTraceId());
    assertThat(processed.getLinks())
        .extracting(LinkData::getSpanContext)
        .extracting(it -> it.getSpanId())
        .containsExactly(sent.getSpanId());
    assertThat(attributes(processed))
        .isEqualTo(
            Map.of(
                "messaging.system", "iworx",
                "messaging.operation.name", "process",
                "messaging.operation.type", "process",
                "messaging.destination.name", "asset.deleted",
                "messaging.destination.subscription.name", "stock",
                "messaging.message.id", "e-1",
                "messaging.message.conversation_id", event.correlationId()));
  }

  @Test
  void whatAHandlerPublishesGoesOnFromItsSpan() {
    bus.subscribe(
        "stock",
        List.of(DomainEvents.ASSET_DELETED),
        (event, _) -> {
          if (event.id().equals("e-1")) {
            bus.publish(deleted("e-2"));
          }
        });
    bus.publish(deleted("e-1"));
    var spans = spans(4);
    assertThat(spans).extracting(SpanData::getTraceId).containsOnly(spans.getFirst().getTraceId());
    var handling =
        spans.stream()
            .filter(it -> it.getKind() == SpanKind.CONSUMER && isAbout(it, "e-1"))
            .findFirst()
            .orElseThrow();
    assertThat(spans)
        .filteredOn(it -> it.getKind() == SpanKind.PRODUCER && isAbout(it, "e-2"))
        .singleElement()
        .extracting(SpanData::getParentSpanId)
        .isEqualTo(handling.getSpanId());
  }

  private static boolean isAbout(SpanData span, String id) {
    return id.equals(attributes(span).get("messaging.message.id"));
  }

  @Test
  void aFailedAttemptIsAnErrorWithItsException() throws Exception {
    var done = new CountDownLatch(1);
    bus.subscribe(
        "stock",
        List.of(DomainEvents.ASSET_DELETED),
        (_, delivery) -> {
          if (delivery.attempt() == 1) {
            throw new IllegalStateException("planted");
          }
          done.countDown();
        });
    bus.publish(deleted("e-1"));
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    var failed =
        spans(3).stream().filter(it -> it.getStatus().getStatusCode() == StatusCode.ERROR).toList();
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().getStatus().getDescription()).contains("planted");
    assertThat(failed.getFirst().getEvents())
        .singleElement()
        .extracting(it -> it.getName())
        .isEqualTo("exception");
    assertThat(attributes(failed.getFirst()))
        .containsEntry(ERROR_TYPE, "java.lang.IllegalStateException");
    await().until(() -> sum(CONSUMED, false) == 1);
    assertThat(sum(CONSUMED, true)).isEqualTo(1);
  }

  @Test
  void countsAndTimesWhatIsSentAndHandled() {
    bus.subscribe("stock", List.of(DomainEvents.ASSET_DELETED), (_, _) -> {});
    bus.publishAll(List.of(deleted("e-1"), deleted("e-2"), deleted("e-3")));
    bus.publish(deleted("e-4"));
    await().until(() -> sum(CONSUMED, false) == 4);
    assertThat(sum(SENT, false)).isEqualTo(4);
    assertThat(metric(SENT).getUnit()).isEqualTo("{message}");
    assertThat(metric("messaging.client.operation.duration"))
        .satisfies(
            it -> {
              assertThat(it.getUnit()).isEqualTo("s");
              assertThat(it.getHistogramData().getPoints())
                  .singleElement()
                  .satisfies(
                      point -> {
                        assertThat(point.getCount()).isEqualTo(2);
                        assertThat(point.getBoundaries()).startsWith(0.005).endsWith(10.0);
                        assertThat(has(point, "messaging.operation.type")).isTrue();
                      });
            });
    assertThat(metric("messaging.process.duration").getHistogramData().getPoints())
        .singleElement()
        .satisfies(
            point -> {
              assertThat(point.getCount()).isEqualTo(4);
              assertThat(has(point, "messaging.destination.subscription.name")).isTrue();
            });
    assertThat(metrics())
        .containsKeys(
            "iworx.subscription.lag.events",
            "iworx.subscription.lag.seconds",
            "iworx.subscription.blocked_keys",
            "iworx.subscription.dead_letters");
  }

  @Test
  void publishingManyIsOneSpanThatAllOfThemGoOnFrom() {
    bus.publishAll(List.of(deleted("e-1"), deleted("e-2")));
    var span = spans(1).getFirst();
    assertThat(span.getName()).isEqualTo("send asset.deleted");
    assertThat(attributes(span)).containsEntry("messaging.batch.message_count", 2L);
    bus.subscribe(
        "stock",
        List.of(DomainEvents.ASSET_DELETED),
        SubscriptionOptions.defaults().withStart(Start.EARLIEST),
        (_, _) -> {});
    assertThat(spans(3)).extracting(SpanData::getTraceId).containsOnly(span.getTraceId());
  }

  @Test
  void aPublishThatIsRefusedIsAnError() {
    bus.publish(deleted("e-1"));
    var other = NewEvent.of(DomainEvents.ASSET_DELETED, new AssetDeleted("b")).withId("e-1");
    assertThatThrownBy(() -> bus.publish(other)).isInstanceOf(EventConflictException.class);
    assertThat(attributes(spans(2).getLast()))
        .containsEntry(ERROR_TYPE, EventConflictException.class.getName());
    assertThat(sum(SENT, true)).isEqualTo(1);
  }

  @Test
  void theTraceThatCameAlongGoesOn() {
    var came = TraceContext.of("00-" + TRACE + "-00f067aa0ba902b7-01", null, "tenant=x");
    Correlation.fresh().withTraceContext(came).run(() -> bus.publish(deleted("e-1")));
    bus.publish(deleted("e-2").withCorrelation(Correlation.fresh().withTraceContext(came)));
    assertThat(spans(2)).extracting(SpanData::getTraceId).containsOnly(TRACE);
    assertThat(spans(2)).extracting(SpanData::getParentSpanId).containsOnly("00f067aa0ba902b7");
    var head = log.read(Checkpoint.BEGINNING, 10).entries();
    assertThat(head)
        .extracting(it -> Objects.requireNonNull(it.traceContext()).baggage())
        .containsExactly("tenant=x", "tenant=x");
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
  }

  @Test
  void schedulingIsSendingToo() {
    bus.schedule(deleted("e-1"), Instant.EPOCH);
    assertThat(spans(1).getFirst().getName()).isEqualTo("send asset.deleted");
  }
}
