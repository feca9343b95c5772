package io.iworx.gateway;

import io.iworx.trace.TraceRecorder;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/**
 * A running reverse proxy: {@code /api/{service}/…} goes to the service's target, with a verified
 * identity and a correlation id.
 *
 * <p>Safe for any thread.
 */
public interface Gateway extends AutoCloseable {

  /**
   * Starts a gateway; it answers when this returns.
   *
   * @param recorder gets each finished exchange as a hop; the caller closes it, after the gateway
   * @throws GatewayException when the address is taken or cannot be listened on, or a file that the
   *     configuration names cannot be used
   */
  static Gateway start(GatewayConfig config, TraceRecorder recorder) {
    return start(config, GatewayParts.of(recorder));
  }

  /**
   * Starts a gateway with filters of the caller's own; it answers when this returns.
   *
   * @throws GatewayException as the other, and when a route names a filter that is not there
   */
  static Gateway start(GatewayConfig config, GatewayParts parts) {
    return NettyGateway.start(config, parts);
  }

  /** Where it listens: {@code http://127.0.0.1:8080}, or {@code https} with {@link Tls}. */
  URI address();

  /** What the last background checks found. */
  Health health();

  /** The routes requests are matched against now. */
  List<Route> routes();

  /** The files besides the configuration's own that were read: certificates and keys. */
  List<Path> files();

  /**
   * Swaps routes, authentication, CORS and the certificates for clients, whose files are read anew,
   * at once. Exchanges under way finish with the routes they began with; no connection is closed.
   * Targets that stay keep their connections, health and ejections. A call that throws changes
   * nothing.
   *
   * @throws GatewayException when something else differs, which needs a restart: the address to
   *     listen on, the limits, the trusted certificates; or when a route names a filter that is not
   *     there
   */
  void reconfigure(GatewayConfig config);

  /**
   * Drains and stops: accepts no connection, lets open exchanges finish for at most the drain
   * timeout (their answers carry {@code connection: close}), closes everything, and returns. A
   * second call does nothing.
   */
  @Override
  void close();
}
