package io.iworx.gateway;

import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.equalTo;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.awaitility.Awaitility.await;

import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway tells OpenTelemetry. */
final class GatewayTelemetryTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
          .build();
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final Gateway gateway = gateway(sdk);

  private Gateway gateway(OpenTelemetry openTelemetry) {
    return Gateway.start(
        GatewayConfig.of(
                List.of(
                    Route.of("assets", upstream.url()).withPublicAccess(true),
                    Route.of("people", null).withPublicAccess(true)))
            .withPort(0),
        GatewayParts.of(TraceRecorder.none()).withOpenTelemetry(openTelemetry));
  }

  @AfterEach
  void close() throws Exception {
    gateway.close();
    upstream.close();
    sdk.close();
  }

  private static RawClient.Answer get(Gateway from, String path, String headers) throws Exception {
    return RawClient.ask(from, "GET " + path + " HTTP/1.1\r\nHost: g\r\n" + headers + "\r\n");
  }

  private SpanData span() {
    await().until(() -> spans.getFinishedSpanItems().size() == 1);
    return spans.getFinishedSpanItems().getFirst();
  }

  @Test
  void theSpanOfARequestStandsBetweenItsCallersAndItsServices() throws Exception {
    get(
        gateway,
        "/api/assets/1?token=geheim",
        "traceparent: 00-" + TRACE + "-" + PARENT + "-01\r\nx-correlation-id: c-1\r\n");
    var span = span();
    assertThat(span)
        .hasName("GET /api/assets")
        .hasKind(SpanKind.SERVER)
        .hasTraceId(TRACE)
        .hasParentSpanId(PARENT)
        .hasStatus(StatusData.unset())
        .hasAttributes(
            Attributes.builder()
                .put(GatewayTelemetry.METHOD, "GET")
                .put(GatewayTelemetry.SCHEME, "http")
                .put(GatewayTelemetry.ROUTE, "/api/assets")
                .put(GatewayTelemetry.PATH, "/api/assets/1")
                .put(GatewayTelemetry.STATUS_CODE, 200)
                .put(GatewayTelemetry.CLIENT_ADDRESS, "127.0.0.1")
                .put(GatewayTelemetry.CORRELATION_ID, "c-1")
                .build());
    assertThat(upstream.only().header("traceparent"))
        .isEqualTo("00-" + TRACE + "-" + span.getSpanId() + "-01");
  }

  @Test
  void aRequestThatNamesNoTraceBeginsOne() throws Exception {
    get(gateway, "/api/assets/1", "");
    var span = span();
    assertThat(span).hasNoParent();
    assertThat(upstream.only().header("traceparent"))
        .startsWith("00-" + span.getTraceId() + "-" + span.getSpanId() + "-");
  }

  @Test
  void anErrorOfThisSideIsOneAndACallersMistakeIsNot() throws Exception {
    get(gateway, "/api/people/1", "");
    assertThat(span()).hasStatus(StatusData.create(StatusData.error().getStatusCode(), "503"));
    spans.reset();
    get(gateway, "/api/nothing", "");
    assertThat(span()).hasName("GET").hasStatus(StatusData.unset());
  }

  @Test
  void timesRequestsByRouteAndStatus() throws Exception {
    get(gateway, "/api/assets/1", "");
    get(gateway, "/api/assets/2", "");
    get(gateway, "/api/people/1", "");
    RawClient.ask(gateway, "BREW /api/assets HTTP/1.1\r\nHost: g\r\n\r\n");
    RawClient.ask(gateway, "GET /api/assets HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    await()
        .untilAsserted(
            () ->
                assertThat(metric(GatewayTelemetry.REQUEST_DURATION))
                    .hasUnit("s")
                    .hasHistogramSatisfying(
                        histogram ->
                            histogram.hasPointsSatisfying(
                                point -> point.hasCount(2).hasAttributes(of("GET", "assets", 200)),
                                point -> point.hasCount(1).hasAttributes(of("GET", "people", 503)),
                                point -> point.hasCount(1).hasAttributes(of("_OTHER", "", 501)),
                                point -> point.hasCount(1).hasAttributes(of("_OTHER", "", 400)))));
  }

  private static Attributes of(String method, String service, int status) {
    var attributes =
        Attributes.builder()
            .put(GatewayTelemetry.METHOD, method)
            .put(GatewayTelemetry.SCHEME, "http")
            .put(GatewayTelemetry.STATUS_CODE, status);
    if (!service.isEmpty()) {
      attributes.put(GatewayTelemetry.ROUTE, "/api/" + service);
    }
    if (status >= 500) {
      attributes.put(GatewayTelemetry.ERROR_TYPE, Integer.toString(status));
    }
    return attributes.build();
  }

  @Test
  void theSchemeIsTheOneTheClientUses(@TempDir Path folder) throws Exception {
    var certificate = TestCertificate.create(folder, "gateway", "ip:127.0.0.1");
    var config =
        GatewayConfig.of(List.of(Route.of("assets", upstream.url()).withPublicAccess(true)))
            .withPort(0)
            .withTls(certificate.tls());
    var parts = GatewayParts.of(TraceRecorder.none()).withOpenTelemetry(sdk);
    try (var encrypted = Gateway.start(config, parts);
        var client =
            new RawClient(
                TestCertificate.trusting(certificate)
                    .getSocketFactory()
                    .createSocket("127.0.0.1", encrypted.address().getPort()))) {
      client.send("GET /api/assets/1 HTTP/1.1\r\nHost: g\r\n\r\n").answer();
      assertThat(span().getAttributes().get(GatewayTelemetry.SCHEME)).isEqualTo("https");
      await()
          .untilAsserted(
              () ->
                  assertThat(metric(GatewayTelemetry.REQUEST_DURATION))
                      .hasHistogramSatisfying(
                          histogram ->
                              histogram.hasPointsSatisfying(
                                  point ->
                                      point.hasAttributesSatisfying(
                                          equalTo(GatewayTelemetry.SCHEME, "https")))));
    }
  }

  private MetricData metric(String name) {
    return metrics.collectAllMetrics().stream()
        .filter(it -> it.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void countsWhatIsUnderWay() throws Exception {
    upstream.answering(
        (_, out, _) -> {
          assertThat(active()).isEqualTo(1);
          out.write(RecordingUpstream.OK.getBytes(US_ASCII));
        });
    assertThat(get(gateway, "/api/assets/1", "").status()).isEqualTo(200);
    await().untilAsserted(() -> assertThat(active()).isZero());
  }

  private long active() {
    return metric(GatewayTelemetry.ACTIVE_REQUESTS).getLongSumData().getPoints().stream()
        .mapToLong(it -> it.getValue())
        .sum();
  }

  @Test
  void leavesTheTraceContextAloneWhenNobodyWantsSpans() throws Exception {
    try (var silent = gateway(OpenTelemetry.noop())) {
      var traceparent = "00-" + TRACE + "-" + PARENT + "-01";
      get(silent, "/api/assets/1", "traceparent: " + traceparent + "\r\n");
      assertThat(upstream.only().header("traceparent")).isEqualTo(traceparent);
    }
    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }
}
