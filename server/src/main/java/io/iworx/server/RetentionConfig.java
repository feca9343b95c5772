package io.iworx.server;

import io.iworx.postgres.RetentionOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The section {@code retention} of the configuration file; without it every event is kept. */
final class RetentionConfig {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final List<String> KEYS =
      List.of("check-every", "drop-unread", "keep", "rotate-every", "sagas");

  private final JsonNode section;

  private RetentionConfig(JsonNode section) {
    this.section = section;
  }

  /** Reads it from a file that the gateway could read. */
  static Optional<RetentionOptions> read(@Nullable Path file) {
    try {
      return file == null ? Optional.empty() : parse(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Optional<RetentionOptions> parse(String yaml) {
    return section(yaml).flatMap(RetentionConfig::options);
  }

  /** How long sagas are kept after their end; empty for ever. */
  static Optional<Duration> readSagas(@Nullable Path file) {
    try {
      return file == null ? Optional.empty() : parseSagas(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Optional<Duration> parseSagas(String yaml) {
    return section(yaml).map(it -> it.duration("sagas"));
  }

  private static Optional<RetentionConfig> section(String yaml) {
    JsonNode section = YAML.readTree(yaml).path("retention");
    return section.isMissingNode() ? Optional.empty() : Optional.of(new RetentionConfig(section));
  }

  /** Empty when the section is about sagas alone. */
  private Optional<RetentionOptions> options() {
    for (var key : section.propertyNames()) {
      if (!KEYS.contains(key)) {
        throw wrong(key, "is not known here; known are " + String.join(", ", KEYS) + ".");
      }
    }
    var keep = duration("keep");
    if (keep == null && section.size() == 1 && section.has("sagas")) {
      return Optional.empty();
    }
    if (keep == null) {
      throw wrong("keep", "is missing; write how long events are kept: 30d.");
    }
    var options = RetentionOptions.keeping(keep);
    return Optional.of(
        new RetentionOptions(
            keep,
            Objects.requireNonNullElse(duration("rotate-every"), options.rotateEvery()),
            Objects.requireNonNullElse(duration("check-every"), options.checkEvery()),
            dropUnread()));
  }

  private @Nullable Duration duration(String key) {
    var value = section.path(key);
    try {
      return value.isMissingNode() ? null : Durations.parse(value.asString(""));
    } catch (TypeConversionException _) {
      throw wrong(key, "is no length of time; write 90s, 15m, 1h or 30d.");
    }
  }

  private boolean dropUnread() {
    var value = section.path("drop-unread");
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw wrong("drop-unread", "is true or false.");
    }
    return value.asBoolean(false);
  }

  private static CommandException wrong(String key, String what) {
    return CommandException.unusable("The configuration's retention." + key + " " + what);
  }
}
