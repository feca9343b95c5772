package io.iworx.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a platform is started with.
 *
 * @param folder where its data, secret and log are; made when missing
 * @param port the gateway's port, 0 for a free one; null for the configuration's, which is {@value
 *     #DEFAULT_PORT} unless it says otherwise
 * @param consolePort the console's port on 127.0.0.1, default {@value #DEFAULT_CONSOLE_PORT}; 0 for
 *     a free one
 * @param database a PostgreSQL database to use, {@code jdbc:postgresql://…} or {@code
 *     postgresql://…}; null for an embedded one in the folder
 * @param config the gateway's configuration file; null for the platform's own routes
 * @param examples whether the services found on the class path are hosted too
 * @param telemetry who is told what besides those that the configuration names; by default nobody
 */
public record PlatformOptions(
    Path folder,
    @Nullable Integer port,
    int consolePort,
    @Nullable String database,
    @Nullable Path config,
    boolean examples,
    TelemetryOptions telemetry) {
  public static final int DEFAULT_PORT = 8080;
  public static final int DEFAULT_CONSOLE_PORT = 8081;

  /** An embedded database and the hosted services, on the default ports. */
  public static PlatformOptions of(Path folder) {
    return new PlatformOptions(
        folder, null, DEFAULT_CONSOLE_PORT, null, null, true, TelemetryOptions.OFF);
  }

  /** 0 for a free port; a null port is the configuration's. */
  public PlatformOptions withPorts(@Nullable Integer newPort, int newConsolePort) {
    return new PlatformOptions(
        folder, newPort, newConsolePort, database, config, examples, telemetry);
  }

  public PlatformOptions withDatabase(@Nullable String newDatabase) {
    return new PlatformOptions(folder, port, consolePort, newDatabase, config, examples, telemetry);
  }

  public PlatformOptions withConfig(@Nullable Path newConfig) {
    return new PlatformOptions(folder, port, consolePort, database, newConfig, examples, telemetry);
  }

  public PlatformOptions withExamples(boolean newExamples) {
    return new PlatformOptions(folder, port, consolePort, database, config, newExamples, telemetry);
  }

  public PlatformOptions withTelemetry(TelemetryOptions newTelemetry) {
    return new PlatformOptions(folder, port, consolePort, database, config, examples, newTelemetry);
  }

  /** Without the database, whose URL may hold a password. */
  @Override
  public String toString() {
    return "PlatformOptions[folder=%s, port=%s, consolePort=%d, config=%s, examples=%s]"
        .formatted(folder, port, consolePort, config, examples);
  }
}
