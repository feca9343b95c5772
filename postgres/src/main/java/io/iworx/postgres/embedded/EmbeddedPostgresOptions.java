package io.iworx.postgres.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How an embedded PostgreSQL is started.
 *
 * @param port the port on 127.0.0.1; 0 for any free one
 * @param binaries a folder with {@code bin/postgres} and {@code bin/initdb}; null for the ones that
 *     come along
 * @param settings configuration parameters, which win over the defaults
 * @param progress is told in a sentence before what takes long: unpacking, the first start
 * @param startTimeout how long it may take to accept connections
 */
public record EmbeddedPostgresOptions(
    int port,
    @Nullable Path binaries,
    Map<String, String> settings,
    Consumer<String> progress,
    Duration startTimeout) {

  /** Long enough for recovery after a crash. */
  public static final Duration DEFAULT_START_TIMEOUT = Duration.ofSeconds(60);

  private static final int MAX_PORT = 65_535;

  public EmbeddedPostgresOptions {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("A port is 0 to 65535, not " + port + ".");
    }
    if (!startTimeout.isPositive()) {
      throw new IllegalArgumentException("The start timeout must be positive: " + startTimeout);
    }
    settings = Map.copyOf(settings);
  }

  /** Any free port, the binaries that come along, silent. */
  public static EmbeddedPostgresOptions defaults() {
    return new EmbeddedPostgresOptions(0, null, Map.of(), _ -> {}, DEFAULT_START_TIMEOUT);
  }

  public EmbeddedPostgresOptions withPort(int newPort) {
    return new EmbeddedPostgresOptions(newPort, binaries, settings, progress, startTimeout);
  }

  public EmbeddedPostgresOptions withBinaries(Path newBinaries) {
    return new EmbeddedPostgresOptions(port, newBinaries, settings, progress, startTimeout);
  }

  public EmbeddedPostgresOptions withSettings(Map<String, String> newSettings) {
    return new EmbeddedPostgresOptions(port, binaries, newSettings, progress, startTimeout);
  }

  public EmbeddedPostgresOptions withProgress(Consumer<String> newProgress) {
    return new EmbeddedPostgresOptions(port, binaries, settings, newProgress, startTimeout);
  }

  public EmbeddedPostgresOptions withStartTimeout(Duration newStartTimeout) {
    return new EmbeddedPostgresOptions(port, binaries, settings, progress, newStartTimeout);
  }
}
