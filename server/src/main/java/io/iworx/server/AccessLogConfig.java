package io.iworx.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Where the section {@code access-log} of the configuration file has the lines written. */
final class AccessLogConfig {
  private static final YAMLMapper YAML = new YAMLMapper();

  private AccessLogConfig() {}

  /** Begins the file that a configuration names, beside it unless its path is absolute. */
  static void start(@Nullable Path config) {
    if (config == null) {
      return;
    }
    var file = file(config);
    if (file.isEmpty()) {
      return;
    }
    var path = config.toAbsolutePath().resolveSibling(file);
    if (Files.isDirectory(path) || !Files.isWritable(path.getParent())) {
      throw CommandException.unusable(
          "The configuration's access-log.file cannot be written: " + path + ".");
    }
    Logging.accessFile(path);
  }

  private static String file(Path config) {
    try {
      return YAML.readTree(Files.readString(config)).path("access-log").path("file").asString("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
