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
 * @param apiKey the value of the header named like this in lower case; null to send none
 * @param connectTimeout how long to wait for a connection, TLS handshake included; default {@link
 *     #DEFAULT_CONNECT_TIMEOUT}
 * @param timeout how long a call may take in all, unless the context's deadline is nearer; default
 *     {@link #DEFAULT_TIMEOUT}
 * @param maxResponseBytes a larger answer is a failure; default {@link #DEFAULT_MAX_RESPONSE_BYTES}
 * @param maxConnections how many connections to the gateway at once, and so how many calls; further
 *     ones wait within their deadline; default {@link #DEFAULT_MAX_CONNECTIONS}
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

  /** An answer is held in one array. */
  private static final long LARGEST_RESPONSE = 1L << 30;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException with the setting that cannot be
   */
  public ClientSettings {
    require(
        ("http".equals(gateway.getScheme()) || "https".equals(gateway.getScheme()))
            && gateway.getHost() != null,
        "The gateway must be an http or https URL with a host, such as http://localhost:8080.");
    require(
        gateway.getRawUserInfo() == null
            && gateway.getRawQuery() == null
            && gateway.getRawFragment() == null,
        "The gateway's URL must not hold a user, a query or a fragment.");
    if (apiKey != null) {
      HeaderRules.requireValue("API key", apiKey);
    }
    require(connectTimeout.isPositive(), "The connect timeout must be positive.");
    require(timeout.isPositive(), "The timeout must be positive.");
    require(
        maxResponseBytes > 0 && maxResponseBytes <= LARGEST_RESPONSE,
        "The response limit must be between 1 byte and 1 GiB.");
    require(maxConnections > 0, "There must be at least one connection.");
  }

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

  public ClientSettings withApiKey(String newApiKey) {
    return new ClientSettings(
        gateway, credentials, newApiKey, connectTimeout, timeout, maxResponseBytes, maxConnections);
  }

  public ClientSettings withConnectTimeout(Duration newConnectTimeout) {
    return new ClientSettings(
        gateway, credentials, apiKey, newConnectTimeout, timeout, maxResponseBytes, maxConnections);
  }

  public ClientSettings withTimeout(Duration newTimeout) {
    return new ClientSettings(
        gateway, credentials, apiKey, connectTimeout, newTimeout, maxResponseBytes, maxConnections);
  }

  public ClientSettings withMaxResponseBytes(long newMaxResponseBytes) {
    return new ClientSettings(
        gateway, credentials, apiKey, connectTimeout, timeout, newMaxResponseBytes, maxConnections);
  }

  public ClientSettings withMaxConnections(int newMaxConnections) {
    return new ClientSettings(
        gateway, credentials, apiKey, connectTimeout, timeout, maxResponseBytes, newMaxConnections);
  }

  /** Everything but the secrets. */
  @Override
  public String toString() {
    return "ClientSettings[gateway=%s, connectTimeout=%s, timeout=%s, maxResponseBytes=%d, maxConnections=%d]"
        .formatted(gateway, connectTimeout, timeout, maxResponseBytes, maxConnections);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
