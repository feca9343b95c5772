package io.iworx.server;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a process tells about itself, and to whom; by default nothing.
 *
 * @param metrics whether metrics can be asked for at {@code /metrics}; default false
 * @param otlp where spans and metrics are sent, {@code http://localhost:4318}; null for nowhere
 * @param sample the share of traces that are sent, 0 to 1; default 1
 * @param every how often metrics are sent; default a minute
 */
public record TelemetryOptions(boolean metrics, @Nullable URI otlp, double sample, Duration every) {
  public static final double DEFAULT_SAMPLE = 1;
  public static final Duration DEFAULT_EVERY = Duration.ofMinutes(1);

  /** Nobody is told anything, and nothing is measured. */
  public static final TelemetryOptions OFF =
      new TelemetryOptions(false, null, DEFAULT_SAMPLE, DEFAULT_EVERY);

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException with a sentence, when they cannot be used
   */
  public TelemetryOptions {
    if (otlp != null && !isUsable(otlp)) {
      throw new IllegalArgumentException(
          "must be an http or https URL like http://localhost:4318, without user and query.");
    }
    if (!(sample >= 0 && sample <= 1)) {
      throw new IllegalArgumentException("must be a share from 0 to 1.");
    }
    if (every.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("must be a second or more.");
    }
  }

  private static boolean isUsable(URI uri) {
    return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
        && uri.getHost() != null
        && uri.getRawUserInfo() == null
        && uri.getRawQuery() == null;
  }

  public boolean isOff() {
    return !metrics && otlp == null;
  }

  public TelemetryOptions withMetrics(boolean newMetrics) {
    return new TelemetryOptions(newMetrics, otlp, sample, every);
  }

  public TelemetryOptions withOtlp(@Nullable URI newOtlp) {
    return new TelemetryOptions(metrics, newOtlp, sample, every);
  }

  public TelemetryOptions withSample(double newSample) {
    return new TelemetryOptions(metrics, otlp, newSample, every);
  }

  public TelemetryOptions withEvery(Duration newEvery) {
    return new TelemetryOptions(metrics, otlp, sample, newEvery);
  }
}
