package io.iworx.server;

import io.iworx.trace.Trace;
import java.net.URI;
import java.util.List;
import java.util.function.Consumer;

/**
 * A running platform in this process: database, gateway, console and hosted services. Safe for any
 * thread.
 */
public interface Platform extends AutoCloseable {

  /**
   * Starts one; when this returns, everything runs.
   *
   * @param progress is told each step in a few words
   * @throws CommandException when it cannot start; nothing is left running then
   */
  static Platform start(PlatformOptions options, Consumer<String> progress) {
    var parts = new Parts();
    return PlatformStart.run(options, parts, progress);
  }

  /** Where the gateway listens: {@code http://127.0.0.1:PORT}. */
  URI gateway();

  /** Where the console's admin API listens: {@code http://127.0.0.1:PORT}. */
  URI console();

  /** The names of the hosted services that run: {@code asset-service}. */
  List<String> services();

  /** Mints tokens that this platform's gateway believes. */
  Tokens tokens();

  /** What a correlation id set off, from what is stored now; empty when nothing is. */
  Trace trace(String correlationId);

  /**
   * Stops one hosted service and leaves its route: callers get 503 from now on.
   *
   * @throws IllegalArgumentException when no hosted service that runs has the name
   */
  void stopService(String name);

  /**
   * Ends it in order: the gateway finishes what is under way, then the services, then the database
   * this process started. A second call does nothing.
   */
  @Override
  void close();
}
