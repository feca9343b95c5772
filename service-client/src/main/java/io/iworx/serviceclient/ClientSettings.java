package io.iworx.serviceclient;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a service reaches the gateway.
 *
 * @param gateway the gateway's base URL, {@code http} or {@code https}; a path such as {@code
 *     /api-gateway} is kept and {@code /api} is appended
 * @param credentials the service's own token; null to send none
 * @param apiKey sent in the header of that name, in lower case; null to send none
 * @param connectTimeout how long to wait for a connection; default {@link #DEFAULT_CONNECT_TIMEOUT}
 * @param timeout how long a call may take in all, unless the context's deadline is nearer; default
 *     {@link #DEFAULT_TIMEOUT}
 * @param maxResponseBytes a larger answer is a failure; default {@link #DEFAULT_MAX_RESPONSE_BYTES}
 * @param maxConnections how many connections to the gateway at once; default {@link
 *     #DEFAULT_MAX_CONNECTIONS}
 */
public record ClientSettings(
    URI gateway,
    @Nullable Credentials credentials,
    @Nullable String apiKey,
    Duration connectTimeout,
    Duration timeout,
    long maxResponseBytes,
    int maxConnections) {

  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(2);
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  public static final long DEFAULT_MAX_RESPONSE_BYTES = 10L * 1024 * 1024;
  public static final int DEFAULT_MAX_CONNECTIONS = 64;

  /** The defaults for a gateway, without credentials. */
  public static ClientSettings of(URI gateway) {
    return new ClientSettings(
        gateway,
        null,
        null,
        DEFAULT_CONNECT_TIMEOUT,
        DEFAULT_TIMEOUT,
        DEFAULT_MAX_RESPONSE_BYTES,
        DEFAULT_MAX_CONNECTIONS);
  }

  public ClientSettings withCredentials(Credentials newCredentials) {
    return new ClientSettings(
        gateway, newCredentials, apiKey, connectTimeout, timeout, maxResponseBytes, maxConnections);
  }
}
