package io.iworx.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The section {@code telemetry} of the configuration file; without it nobody is told anything. */
final class TelemetryConfig {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final List<String> KEYS = List.of("every", "metrics", "otlp", "sample");

  private TelemetryConfig() {}

  /** Reads it from a file that the gateway could read. */
  static TelemetryOptions read(@Nullable Path file) {
    try {
      return file == null ? TelemetryOptions.OFF : parse(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TelemetryOptions parse(String yaml) {
    JsonNode section = YAML.readTree(yaml).path("telemetry");
    for (var key : section.propertyNames()) {
      if (!KEYS.contains(key)) {
        throw wrong(key, "is not known here; known are " + String.join(", ", KEYS) + ".");
      }
    }
    var options = TelemetryOptions.OFF;
    options = with(options, section, "metrics", it -> metrics(section, it));
    options = with(options, section, "otlp", it -> it.withOtlp(uri(text(section, "otlp"))));
    options = with(options, section, "sample", it -> it.withSample(share(section)));
    return with(options, section, "every", it -> every(section, it));
  }

  /** The options with what a key says. */
  private static TelemetryOptions with(
      TelemetryOptions options,
      JsonNode section,
      String key,
      UnaryOperator<TelemetryOptions> change) {
    try {
      return section.has(key) ? change.apply(options) : options;
    } catch (IllegalArgumentException e) {
      throw wrong(key, Objects.requireNonNullElse(e.getMessage(), ""));
    }
  }

  private static TelemetryOptions metrics(JsonNode section, TelemetryOptions options) {
    if (!section.path("metrics").isBoolean()) {
      throw wrong("metrics", "is true or false.");
    }
    return options.withMetrics(section.path("metrics").asBoolean());
  }

  private static double share(JsonNode section) {
    if (!section.path("sample").isNumber()) {
      throw wrong("sample", "must be a share from 0 to 1.");
    }
    return section.path("sample").asDouble();
  }

  private static TelemetryOptions every(JsonNode section, TelemetryOptions options) {
    try {
      return options.withEvery(Durations.parse(text(section, "every")));
    } catch (TypeConversionException _) {
      throw wrong("every", "is no length of time; write 10s or 1m.");
    }
  }

  private static String text(JsonNode section, String key) {
    return section.path(key).asString("");
  }

  /** A URL without the user and password that an exception would repeat. */
  static URI uri(String text) {
    try {
      return URI.create(text.strip());
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("is no URL.");
    }
  }

  private static CommandException wrong(String key, String what) {
    return CommandException.unusable("The configuration's telemetry." + key + " " + what);
  }
}
