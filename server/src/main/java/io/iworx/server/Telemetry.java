package io.iworx.server;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Where the process's spans and metrics go. What is off costs nothing: not even OpenTelemetry's SDK
 * is loaded. Safe for any thread.
 */
final class Telemetry implements AutoCloseable {
  /** As OpenTelemetry calls it: {@code name=value,name=value}, since keys belong in no file. */
  static final String HEADERS_VARIABLE = "OTEL_EXPORTER_OTLP_HEADERS";

  private static final String SERVICE = "iworx";
  private static final long FLUSH_SECONDS = 5;

  private final OpenTelemetry openTelemetry;
  private final @Nullable Supplier<String> metrics;
  private final List<Runnable> providers;

  private Telemetry(
      OpenTelemetry openTelemetry, @Nullable Supplier<String> metrics, List<Runnable> providers) {
    this.openTelemetry = openTelemetry;
    this.metrics = metrics;
    this.providers = providers;
  }

  static Telemetry start(TelemetryOptions options, Map<String, String> environment) {
    return options.isOff()
        ? new Telemetry(OpenTelemetry.noop(), null, List.of())
        : Sdk.start(options, environment);
  }

  OpenTelemetry openTelemetry() {
    return openTelemetry;
  }

  /** The metrics as Prometheus reads them; null when they cannot be asked for. */
  @Nullable Supplier<String> metrics() {
    return metrics;
  }

  /** Sends what was not sent yet, for at most {@value #FLUSH_SECONDS} s each. */
  @Override
  public void close() {
    providers.forEach(Runnable::run);
  }

  /** What only those wait for who want telemetry. */
  private static final class Sdk {
    private static Telemetry start(TelemetryOptions options, Map<String, String> environment) {
      logAsAllElse();
      var resource =
          Resource.getDefault()
              .merge(
                  Resource.create(
                      Attributes.of(
                          AttributeKey.stringKey("service.name"),
                          SERVICE,
                          AttributeKey.stringKey("service.version"),
                          Version.number(),
                          AttributeKey.stringKey("service.instance.id"),
                          UUID.randomUUID().toString())));
      var headers = headers(environment);
      List<Runnable> providers = new ArrayList<>();
      var text = options.metrics() ? new PrometheusText() : null;
      var meters = meters(options, resource, headers, text);
      providers.add(() -> meters.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS));
      var otlp = options.otlp();
      var tracers = otlp == null ? null : tracers(options, otlp, resource, headers);
      if (tracers != null) {
        providers.add(() -> tracers.shutdown().join(FLUSH_SECONDS, TimeUnit.SECONDS));
      }
      return new Telemetry(
          new Providers(tracers == null ? TracerProvider.noop() : tracers, meters),
          text,
          List.copyOf(providers));
    }

    private static SdkMeterProvider meters(
        TelemetryOptions options,
        Resource resource,
        Map<String, String> headers,
        @Nullable PrometheusText text) {
      var meters = SdkMeterProvider.builder().setResource(resource);
      if (text != null) {
        meters.registerMetricReader(text);
      }
      var otlp = options.otlp();
      if (otlp != null) {
        var exporter =
            OtlpHttpMetricExporter.builder()
                .setEndpoint(endpoint(otlp, "v1/metrics"))
                .setHeaders(() -> headers)
                .build();
        meters.registerMetricReader(
            PeriodicMetricReader.builder(exporter).setInterval(options.every()).build());
      }
      return meters.build();
    }

    private static SdkTracerProvider tracers(
        TelemetryOptions options, URI otlp, Resource resource, Map<String, String> headers) {
      var exporter =
          OtlpHttpSpanExporter.builder()
              .setEndpoint(endpoint(otlp, "v1/traces"))
              .setHeaders(() -> headers)
              .build();
      var share = Sampler.traceIdRatioBased(options.sample());
      return SdkTracerProvider.builder()
          .setResource(resource)
          // A caller's wish to be traced is no reason: it may come from anybody.
          .setSampler(Sampler.parentBasedBuilder(share).setRemoteParentSampled(share).build())
          .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
          .build();
    }

    /** The SDK tells of failures by the JDK's own logging, which writes on the terminal. */
    private static void logAsAllElse() {
      if (!SLF4JBridgeHandler.isInstalled()) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
      }
    }

    private static String endpoint(URI otlp, String path) {
      var base = otlp.toString();
      return base.endsWith("/") ? base + path : base + "/" + path;
    }

    private static Map<String, String> headers(Map<String, String> environment) {
      var text = environment.getOrDefault(HEADERS_VARIABLE, "");
      var headers = new LinkedHashMap<String, String>();
      for (var pair : text.split(",", -1)) {
        var equals = pair.indexOf('=');
        if (equals > 0) {
          headers.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
        } else if (!pair.isBlank()) {
          throw CommandException.unusable(
              HEADERS_VARIABLE + " must look like name=value,name=value.");
        }
      }
      return Map.copyOf(headers);
    }
  }

  /** Both, or one that does nothing: whoever asks whether it is off is to be told so. */
  private record Providers(TracerProvider getTracerProvider, MeterProvider getMeterProvider)
      implements OpenTelemetry {
    @Override
    public ContextPropagators getPropagators() {
      return ContextPropagators.noop();
    }
  }
}
