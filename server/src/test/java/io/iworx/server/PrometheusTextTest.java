package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");

  private final PrometheusText text = new PrometheusText();
  private final SdkMeterProvider meters =
      SdkMeterProvider.builder()
          .setResource(
              Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "iworx")))
          .registerMetricReader(text)
          .build();

  @AfterEach
  void close() {
    meters.close();
  }

  @Test
  void isEmptyBeforeAnythingWasMeasured() {
    assertThat(text.get()).isEmpty();
  }

  @Test
  void countersEndInTotalAndUnitsInWords() {
    var meter = meters.get("scope");
    meter.counterBuilder("sent.messages").setUnit("{message}").build().add(3);
    meter.counterBuilder("cpu").ofDoubles().setUnit("s").build().add(1.5);
    meter.upDownCounterBuilder("active").build().add(-1);
    assertThat(text.get())
        .startsWith("# TYPE target_info gauge\ntarget_info{service_name=\"iworx\"} 1\n")
        .contains("# TYPE sent_messages_total counter\n")
        .contains("\nsent_messages_total{otel_scope_name=\"scope\"} 3\n")
        .contains("\ncpu_seconds_total{otel_scope_name=\"scope\"} 1.5\n")
        .contains("# TYPE active gauge\nactive{otel_scope_name=\"scope\"} -1\n");
  }

  @Test
  void theBucketsOfAHistogramAddUp() {
    var histogram =
        meters
            .get("scope")
            .histogramBuilder("http.server.request.duration")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(List.of(0.5, 1.0))
            .build();
    for (var value : List.of(0.25, 0.75, 0.75, 8.0)) {
      histogram.record(value, Attributes.of(ROUTE, "/api/assets"));
    }
    var labels = "{http_route=\"/api/assets\",otel_scope_name=\"scope\"";
    var name = "http_server_request_duration_seconds";
    assertThat(text.get())
        .contains("# TYPE " + name + " histogram\n")
        .contains(name + "_bucket" + labels + ",le=\"0.5\"} 1\n")
        .contains(name + "_bucket" + labels + ",le=\"1.0\"} 3\n")
        .contains(name + "_bucket" + labels + ",le=\"+Inf\"} 4\n")
        .contains(name + "_sum" + labels + "} 9.75\n")
        .contains(name + "_count" + labels + "} 4\n");
  }

  @Test
  void aNameOfTwoScopesIsOneFamily() {
    for (var scope : List.of("a", "b")) {
      meters.get(scope).counterBuilder("calls").build().add(1);
    }
    assertThat(text.get())
        .containsOnlyOnce("# TYPE calls_total counter")
        .contains("\ncalls_total{otel_scope_name=\"a\"} 1\n")
        .contains("\ncalls_total{otel_scope_name=\"b\"} 1\n");
  }

  @Test
  void valuesOfLabelsAreEscaped() {
    meters
        .get("scope")
        .counterBuilder("calls")
        .build()
        .add(1, Attributes.of(ROUTE, "a\"b\\c\nd{e}"));
    assertThat(text.get()).contains("http_route=\"a\\\"b\\\\c\\nd{e}\"");
  }
}
