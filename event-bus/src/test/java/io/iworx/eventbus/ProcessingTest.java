package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProcessingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                  .build())
          .build();
  private final Processing processing =
      new Processing(new BusTelemetry(sdk), new SharedContexts(), "stock");
  private final Processing off =
      new Processing(new BusTelemetry(OpenTelemetry.noop()), new SharedContexts(), "stock");

  @AfterEach
  void close() {
    sdk.close();
  }

  private static LogEntry entry(long position, String type) {
    return new LogEntry(
        position,
        "e-" + position,
        type,
        "publisher",
        "c-1",
        null,
        Instant.EPOCH,
        null,
        "{}",
        "{}",
        TraceContext.of("00-" + TRACE + "-000000000000000" + position + "-01", null, "a=b"),
        null);
  }

  private SpanData span() {
    assertThat(exporter.getFinishedSpanItems()).hasSize(1);
    return exporter.getFinishedSpanItems().getFirst();
  }

  @Test
  void linksTheSpanOfABatchToEveryPublisher() throws Exception {
    var current = new ArrayList<SpanContext>();
    processing.together(
        List.of(entry(1, "a.b"), entry(2, "a.b")),
        () -> current.add(Span.current().getSpanContext()));
    assertThat(span().getName()).isEqualTo("process a.b");
    assertThat(span().getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(span().getSpanContext()).isEqualTo(current.getFirst());
    assertThat(span().getParentSpanContext().isValid()).isFalse();
    assertThat(span().getLinks())
        .extracting(LinkData::getSpanContext)
        .extracting(SpanContext::getTraceId, SpanContext::getSpanId)
        .containsExactly(tuple(TRACE, "0000000000000001"), tuple(TRACE, "0000000000000002"));
    assertThat(span().getLinks())
        .extracting(link -> link.getAttributes().get(BusTelemetry.MESSAGE_ID))
        .containsExactly("e-1", "e-2");
    assertThat(span().getAttributes().get(BusTelemetry.BATCH_COUNT)).isEqualTo(2L);
    assertThat(span().getAttributes().get(BusTelemetry.DESTINATION)).isEqualTo("a.b");
  }

  @Test
  void namesNoDestinationForABatchOfSeveralTypes() throws Exception {
    processing.together(List.of(entry(1, "a.b"), entry(2, "a.c")), () -> {});
    assertThat(span().getName()).isEqualTo("process");
    assertThat(span().getAttributes().get(BusTelemetry.DESTINATION)).isNull();
    assertThat(span().getAttributes().get(BusTelemetry.SUBSCRIPTION)).isEqualTo("stock");
  }

  @Test
  void tellsWhatABatchFailedOf() {
    var entries = List.of(entry(1, "a.b"), entry(2, "a.b"));
    assertThatThrownBy(
            () ->
                processing.together(
                    entries,
                    () -> {
                      throw new IllegalStateException("planted");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(span().getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span().getEvents()).hasSize(1);
  }

  @Test
  void givesTheWorkItsOwnSpanToGoOnFrom() throws Exception {
    var contexts = new ArrayList<Correlation>();
    processing.one(
        entry(1, "a.b"),
        () -> {
          assertThat(Span.current().getSpanContext().getTraceId()).isEqualTo(TRACE);
          contexts.add(Correlation.current().orElseThrow());
        });
    var traceContext = Objects.requireNonNull(contexts.getFirst().traceContext());
    assertThat(traceContext.traceparent())
        .startsWith("00-" + TRACE + "-" + span().getSpanContext().getSpanId());
    assertThat(traceContext.baggage()).isEqualTo("a=b");
    assertThat(contexts.getFirst().causationId()).isEqualTo("e-1");
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
  }

  @Test
  void isOffWithoutAnybodyWhoWantsSpansOrMetrics() {
    assertThat(new BusTelemetry(OpenTelemetry.noop()).isOff()).isTrue();
    assertThat(new BusTelemetry(OpenTelemetry.propagating(ContextPropagators.noop())).isOff())
        .isTrue();
    assertThat(new BusTelemetry(sdk).isOff()).isFalse();
    assertThat(EventBusOptions.defaults().openTelemetry()).isSameAs(OpenTelemetry.noop());
  }

  @Test
  void leavesEverythingAsItIsWhenOff() throws Exception {
    var drafts = List.of(new Draft("e-1", "a.b", "svc", Correlation.of("c"), null, "{}", "{}"));
    List<Draft> sent = new Sending(new BusTelemetry(OpenTelemetry.noop())).all(drafts, it -> it);
    assertThat(sent).isSameAs(drafts);
    off.one(
        entry(1, "a.b"),
        () ->
            assertThat(Correlation.current().orElseThrow().traceContext())
                .isEqualTo(entry(1, "a.b").traceContext()));
  }

  @Test
  void allocatesNothingWhenOff() throws Exception {
    var entries = List.of(entry(1, "a.b"), entry(2, "a.b"));
    var calls = new int[1];
    EventContext.Work work = () -> calls[0]++;
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    off.together(entries, work); // loads what it needs
    threads.getCurrentThreadAllocatedBytes();
    var before = threads.getCurrentThreadAllocatedBytes();
    for (var i = 0; i < 10_000; i++) {
      off.together(entries, work);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    assertThat(calls[0]).isEqualTo(10_001);
  }
}
