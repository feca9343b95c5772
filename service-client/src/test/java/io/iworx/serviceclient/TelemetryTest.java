package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.TraceContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The names are spelt out here, as whoever makes a dashboard does. */
class TelemetryTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

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

  @AfterEach
  void close() {
    sdk.close();
  }

  private ServiceClient client(ClientSettings settings) {
    return ServiceClient.create(
        "work-order-service",
        settings
            .withOpenTelemetry(sdk)
            .withRetry(
                RetryOptions.defaults().withDelay(Duration.ofMillis(1), Duration.ofMillis(1))));
  }

  private static Map<String, Object> attributes(SpanData span) {
    return span.getAttributes().asMap().entrySet().stream()
        .collect(Collectors.toMap(it -> it.getKey().getKey(), Map.Entry::getValue));
  }

  @Test
  void eachAttemptIsASpanOfTheTraceInScopeAndTheCalleesParent() throws IOException {
    try (var gateway =
            TestGateway.answering(
                (_, exchange) ->
                    TestGateway.answer(
                        exchange,
                        exporter.getFinishedSpanItems().isEmpty() ? 503 : 200,
                        "application/json",
                        "{}"));
        var client = client(ClientSettings.of(gateway.uri()))) {
      Correlation.of("c-1")
          .withTraceContext(new TraceContext("00-" + TRACE + "-00f067aa0ba902b7-01", null, "k=v"))
          .run(() -> client.get("/assets/1?token=secret", Void.class).orElseThrow());
      var spans = exporter.getFinishedSpanItems();
      assertThat(spans).hasSize(2);
      var first = spans.getFirst();
      assertThat(first.getName()).isEqualTo("GET assets");
      assertThat(first.getKind()).isEqualTo(SpanKind.CLIENT);
      assertThat(first.getTraceId()).isEqualTo(TRACE);
      assertThat(first.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
      assertThat(first.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(attributes(first))
          .isEqualTo(
              Map.of(
                  "http.request.method", "GET",
                  "server.address", "127.0.0.1",
                  "server.port", (long) gateway.uri().getPort(),
                  "url.full", gateway.uri() + "/api/assets/1",
                  "http.response.status_code", 503L,
                  "error.type", "503",
                  "iworx.target", "assets",
                  "iworx.correlation_id", "c-1"));
      var second = spans.getLast();
      assertThat(attributes(second))
          .containsEntry("http.request.resend_count", 1L)
          .containsEntry("http.response.status_code", 200L)
          .doesNotContainKey("error.type");
      assertThat(second.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
      assertThat(gateway.last().header("traceparent"))
          .isEqualTo("00-" + TRACE + "-" + second.getSpanId() + "-01");
      assertThat(gateway.last().header("baggage")).isEqualTo("k=v");
    }
  }

  @Test
  void durationsAreMeasuredByMethodStatusAndError() {
    try (var gateway = TestGateway.answeringJson("{}");
        var client = client(ClientSettings.of(gateway.uri()))) {
      client.get("/assets/1", Void.class).orElseThrow();
      client.get("/assets/2", Void.class).orElseThrow();
    }
    try (var client = client(ClientSettings.of(URI.create("http://no-such-host.invalid")))) {
      client.get("/people/1", Void.class);
    }
    var metrics = reader.collectAllMetrics();
    assertThat(metrics).hasSize(1);
    var metric = metrics.iterator().next();
    assertThat(metric.getName()).isEqualTo("http.client.request.duration");
    assertThat(metric.getUnit()).isEqualTo("s");
    assertThat(metric.getInstrumentationScopeInfo().getName()).isEqualTo("io.iworx.serviceclient");
    var counts =
        metric.getHistogramData().getPoints().stream()
            .collect(
                Collectors.toMap(
                    it -> {
                      var all = it.getAttributes().asMap().toString();
                      return all.contains("no-such-host.invalid") && all.contains("retryable")
                          ? "failed"
                          : all.contains("iworx.target=assets") && all.contains("200")
                              ? "fine"
                              : all;
                    },
                    HistogramPointData::getCount));
    assertThat(counts).isEqualTo(Map.of("fine", 2L, "failed", 3L));
  }

  @Test
  void byDefaultNothingIsMeasuredAndTheTraceGoesThroughUnchanged() {
    var parent = "00-" + TRACE + "-00f067aa0ba902b7-01";
    assertThat(new ClientTelemetry(OpenTelemetry.noop(), URI.create("http://localhost")).isOff())
        .isTrue();
    try (var gateway = TestGateway.answeringJson("{}");
        var client = gateway.client()) {
      Correlation.fresh()
          .withTraceContext(new TraceContext(parent, null, null))
          .run(() -> client.get("/assets/1", Void.class).orElseThrow());
      assertThat(gateway.last().header("traceparent")).isEqualTo(parent);
    }
    assertThat(exporter.getFinishedSpanItems()).isEmpty();
  }
}
