package io.iworx.server;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Metrics as Prometheus reads them: its text format 0.0.4, with the names that OpenTelemetry's
 * compatibility specification gives them ({@code http_server_request_duration_seconds}). Safe for
 * any thread.
 */
final class PrometheusText implements MetricReader, Supplier<String> {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Map<String, String> UNITS =
      Map.of("s", "seconds", "ms", "milliseconds", "By", "bytes");

  private volatile CollectionRegistration registration = CollectionRegistration.noop();

  @Override
  public void register(CollectionRegistration newRegistration) {
    registration = newRegistration;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    registration = CollectionRegistration.noop();
    return CompletableResultCode.ofSuccess();
  }

  /** All metrics as they are now. */
  @Override
  public String get() {
    var metrics = registration.collectAllMetrics();
    var text = new StringBuilder();
    var families = new TreeMap<String, List<MetricData>>();
    for (var metric : metrics) {
      families.computeIfAbsent(name(metric), _ -> new ArrayList<>()).add(metric);
    }
    metrics.stream()
        .findFirst()
        .ifPresent(
            it -> {
              text.append("# TYPE target_info gauge\n");
              line(text, "target_info", labels(it.getResource().getAttributes(), null), "1");
            });
    families.forEach((name, family) -> write(text, name, family));
    return text.toString();
  }

  private static void write(StringBuilder text, String name, List<MetricData> family) {
    var first = family.getFirst();
    var help = first.getDescription().replace("\\", "\\\\").replace("\n", "\\n");
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type(first)).append('\n');
    for (var metric : family) {
      for (var point : metric.getData().getPoints()) {
        write(text, name, labels(point.getAttributes(), scope(metric)), point);
      }
    }
  }

  private static String scope(MetricData metric) {
    return metric.getInstrumentationScopeInfo().getName();
  }

  private static void write(StringBuilder text, String name, String labels, PointData point) {
    switch (point) {
      case LongPointData number -> line(text, name, labels, Long.toString(number.getValue()));
      case DoublePointData number -> line(text, name, labels, number(number.getValue()));
      case HistogramPointData histogram -> write(text, name, labels, histogram);
      default -> {} // exponential histograms and summaries: nobody here makes any
    }
  }

  private static void write(
      StringBuilder text, String name, String labels, HistogramPointData histogram) {
    var counts = histogram.getCounts();
    var bounds = histogram.getBoundaries();
    var soFar = 0L;
    for (var i = 0; i < counts.size(); i++) {
      soFar += counts.get(i);
      var bound = i < bounds.size() ? number(bounds.get(i)) : "+Inf";
      line(text, name + "_bucket", labels + (labels.isEmpty() ? "" : ",") + le(bound), "" + soFar);
    }
    line(text, name + "_sum", labels, number(histogram.getSum()));
    line(text, name + "_count", labels, Long.toString(histogram.getCount()));
  }

  private static String le(String bound) {
    return "le=\"" + bound + "\"";
  }

  private static void line(StringBuilder text, String name, String labels, String value) {
    text.append(name);
    if (!labels.isEmpty()) {
      text.append('{').append(labels).append('}');
    }
    text.append(' ').append(value).append('\n');
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return Double.toString(value);
  }

  private static String type(MetricData metric) {
    return switch (metric.getType()) {
      case LONG_SUM -> metric.getLongSumData().isMonotonic() ? "counter" : "gauge";
      case DOUBLE_SUM -> metric.getDoubleSumData().isMonotonic() ? "counter" : "gauge";
      case LONG_GAUGE, DOUBLE_GAUGE -> "gauge";
      case HISTOGRAM -> "histogram";
      case EXPONENTIAL_HISTOGRAM, SUMMARY -> "untyped";
    };
  }

  private static String name(MetricData metric) {
    var name = new StringBuilder(sound(metric.getName()));
    var unit = UNITS.get(metric.getUnit());
    if (unit != null && !name.toString().endsWith("_" + unit)) {
      name.append('_').append(unit);
    }
    return type(metric).equals("counter") ? name.append("_total").toString() : name.toString();
  }

  /** Dots and all else that Prometheus does not take in names become underscores. */
  private static String sound(String name) {
    return name.replaceAll("[^a-zA-Z0-9_]", "_");
  }

  private static String labels(Attributes attributes, @Nullable String scope) {
    var labels = new TreeMap<String, String>();
    attributes.forEach((key, value) -> labels.put(sound(key.getKey()), value.toString()));
    if (scope != null) {
      labels.put("otel_scope_name", scope);
    }
    var text = new StringBuilder();
    labels.forEach(
        (key, value) ->
            text.append(text.isEmpty() ? "" : ",")
                .append(key)
                .append("=\"")
                .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
                .append('"'));
    return text.toString();
  }
}
