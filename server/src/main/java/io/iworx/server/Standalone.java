package io.iworx.server;

import io.iworx.postgres.PostgresEventLog;
import io.iworx.postgres.PostgresSagaStore;
import io.iworx.postgres.PostgresTraceStore;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One service in a process of its own: with its own connections, event log, saga store and trace
 * recorder on a database that others may share. Safe for any thread.
 */
public final class Standalone implements AutoCloseable {
  private final Parts parts;
  private final URI address;

  private Standalone(Parts parts, URI address) {
    this.parts = parts;
    this.address = address;
  }

  /**
   * Starts the service; when this returns, it accepts requests.
   *
   * @param progress is told each step in a few words
   * @throws CommandException when it cannot start; nothing is left running then
   */
  public static Standalone start(
      HostedService service, StandaloneOptions options, Consumer<String> progress) {
    var parts = new Parts();
    try {
      return start(service, options, parts, progress);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
  }

  private static Standalone start(
      HostedService service, StandaloneOptions options, Parts parts, Consumer<String> progress) {
    var tokens = tokens(service, options);
    var port = Ports.free(options.port(), service.name(), "--port");
    var folder = options.folder();
    var database = Database.open(options.database(), folder, parts, progress);
    var log = parts.add("The event log", PostgresEventLog.create(database.pool()));
    var recorder =
        parts.add(
            "The trace recorder", TraceRecorder.create(PostgresTraceStore.create(database.pool())));
    var host =
        new Host(
            options.gateway(),
            _ -> tokens,
            database.pool(),
            log,
            PostgresSagaStore.create(database.pool()),
            recorder,
            null,
            OpenTelemetry.noop(),
            port);
    progress.accept("starting " + service.name());
    var running = parts.add(service.name(), service.start(host));
    return new Standalone(parts, running.address());
  }

  private static Supplier<String> tokens(HostedService service, StandaloneOptions options) {
    var given = options.token();
    if (given != null) {
      return () -> given;
    }
    var secret = Secret.ofExisting(options.folder(), System.getenv());
    return Tokens.of(secret, Clock.systemUTC()).renewed(service.name());
  }

  /** Where the service listens. */
  public URI address() {
    return address;
  }

  /** Finishes what is under way, then stops. A second call does nothing. */
  @Override
  public void close() {
    parts.close();
  }
}
