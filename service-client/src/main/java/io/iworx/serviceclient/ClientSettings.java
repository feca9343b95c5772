package io.iworx.serviceclient;

import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a service reaches the gateway, and how hard it tries.
 *
 * @param gateway the gateway's base URL, {@code http} or {@code https}; a path such as {@code
 *     /api-gateway} is kept and {@code /api} is appended
 * @param credentials the service's own token; null to send none
 * @param apiKey the value of the header named like this in lower case; null to send none
 * @param connectTimeout how long to wait for a connection, TLS handshake included; default {@link
 *     #DEFAULT_CONNECT_TIMEOUT}
 * @param timeout how long a call may take in all, every attempt and the waits between them, unless
 *     the context's deadline is nearer; default {@link #DEFAULT_TIMEOUT}
 * @param maxResponseBytes a larger answer is a failure, unless it is {@linkplain
 *     ResponseType#streamed streamed}; default {@link #DEFAULT_MAX_RESPONSE_BYTES}
 * @param maxConnections how many connections to the gateway at once, and so how many calls; further
 *     ones wait within their deadline; default {@link #DEFAULT_MAX_CONNECTIONS}
 * @param retry when a call is tried again; default {@link RetryOptions#defaults()}
 * @param breaker when a target is left alone; default {@link BreakerOptions#defaults()}
 * @param limit how many calls to one target at once; default {@link LimitOptions#defaults()}
 * @param interceptors what may change calls, the outermost first; none by default
 * @param listeners who is told; nobody by default
 * @param openTelemetry gets spans and metrics of each attempt; by default nothing is measured
 */
public record ClientSettings(
    URI gateway,
    @Nullable Credentials credentials,
    @Nullable String apiKey,
    Duration connectTimeout,
    Duration timeout,
    long maxResponseBytes,
    int maxConnections,
    RetryOptions retry,
    BreakerOptions breaker,
    LimitOptions limit,
    List<Interceptor> interceptors,
    List<CallListener> listeners,
    OpenTelemetry openTelemetry) {

  public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(2);
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  public static final long DEFAULT_MAX_RESPONSE_BYTES = 10L * 1024 * 1024;
  public static final int DEFAULT_MAX_CONNECTIONS = 128;

  /** An answer is held in one array. */
  private static final long LARGEST_RESPONSE = 1L << 30;

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException with the setting that cannot be
   */
  public ClientSettings {
    Checks.require(
        ("http".equals(gateway.getScheme()) || "https".equals(gateway.getScheme()))
            && gateway.getHost() != null,
        "The gateway must be an http or https URL with a host, such as http://localhost:8080.");
    Checks.require(
        gateway.getRawUserInfo() == null
            && gateway.getRawQuery() == null
            && gateway.getRawFragment() == null,
        "The gateway's URL must not hold a user, a query or a fragment.");
    if (apiKey != null) {
      HeaderRules.requireValue("API key", apiKey);
    }
    Checks.require(connectTimeout.isPositive(), "The connect timeout must be positive.");
    Checks.require(timeout.isPositive(), "The timeout must be positive.");
    Checks.require(
        maxResponseBytes > 0 && maxResponseBytes <= LARGEST_RESPONSE,
        "The response limit must be between 1 byte and 1 GiB.");
    Checks.require(maxConnections > 0, "There must be at least one connection.");
    interceptors = List.copyOf(interceptors);
    listeners = List.copyOf(listeners);
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
        DEFAULT_MAX_CONNECTIONS,
        RetryOptions.defaults(),
        BreakerOptions.defaults(),
        LimitOptions.defaults(),
        List.of(),
        List.of(),
        OpenTelemetry.noop());
  }

  public ClientSettings withCredentials(Credentials newCredentials) {
    return new ClientSettings(
        gateway,
        newCredentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withApiKey(String newApiKey) {
    return new ClientSettings(
        gateway,
        credentials,
        newApiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withConnectTimeout(Duration newConnectTimeout) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        newConnectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withTimeout(Duration newTimeout) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        newTimeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withMaxResponseBytes(long newMaxResponseBytes) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        newMaxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withMaxConnections(int newMaxConnections) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        newMaxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withRetry(RetryOptions newRetry) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        newRetry,
        breaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withBreaker(BreakerOptions newBreaker) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        newBreaker,
        limit,
        interceptors,
        listeners,
        openTelemetry);
  }

  public ClientSettings withLimit(LimitOptions newLimit) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        newLimit,
        interceptors,
        listeners,
        openTelemetry);
  }

  /** With one more interceptor, inside those there are. */
  public ClientSettings withInterceptor(Interceptor interceptor) {
    var more = new ArrayList<>(interceptors);
    more.add(interceptor);
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        more,
        listeners,
        openTelemetry);
  }

  /** With one more listener. */
  public ClientSettings withListener(CallListener listener) {
    var more = new ArrayList<>(listeners);
    more.add(listener);
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        more,
        openTelemetry);
  }

  public ClientSettings withOpenTelemetry(OpenTelemetry newOpenTelemetry) {
    return new ClientSettings(
        gateway,
        credentials,
        apiKey,
        connectTimeout,
        timeout,
        maxResponseBytes,
        maxConnections,
        retry,
        breaker,
        limit,
        interceptors,
        listeners,
        newOpenTelemetry);
  }

  /** Everything but the secrets. */
  @Override
  public String toString() {
    return "ClientSettings[gateway=%s, connectTimeout=%s, timeout=%s, maxResponseBytes=%d, maxConnections=%d, %s, %s, %s]"
        .formatted(
            gateway,
            connectTimeout,
            timeout,
            maxResponseBytes,
            maxConnections,
            retry,
            breaker,
            limit);
  }
}
