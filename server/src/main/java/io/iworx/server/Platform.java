package io.iworx.server;

import java.net.URI;
import java.util.List;

/**
 * A running platform in this process: database, gateway, console and hosted services. Safe for any
 * thread.
 */
public interface Platform extends AutoCloseable {

  /** Where the gateway listens: {@code http://localhost:PORT}. */
  URI gateway();

  /** Where the console's admin API listens: {@code http://127.0.0.1:PORT}. */
  URI console();

  /** The names of the hosted services that run: {@code asset-service}. */
  List<String> services();

  /** Mints tokens that this platform's gateway believes. */
  Tokens tokens();

  /**
   * Stops one hosted service and leaves its route: callers get 503 from now on.
   *
   * @throws IllegalArgumentException when no hosted service has the name
   */
  void stopService(String name);

  /**
   * Ends it in order: the gateway finishes what is under way, then the services, then the database
   * this process started.
   */
  @Override
  void close();
}
