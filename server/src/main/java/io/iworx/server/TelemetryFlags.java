package io.iworx.server;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a serving command is told of telemetry beside its configuration. */
final class TelemetryFlags {
  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description =
          "Send spans and metrics to this OpenTelemetry collector, over HTTP: http://localhost:4318 (default: as the configuration says, else nowhere).")
  @Nullable String otlp;

  /** The given options where nothing else is said here. */
  TelemetryOptions over(TelemetryOptions options) {
    try {
      return otlp == null ? options : options.withOtlp(TelemetryConfig.uri(otlp));
    } catch (IllegalArgumentException e) {
      throw CommandException.unusable("--otlp " + e.getMessage(), e);
    }
  }
}
