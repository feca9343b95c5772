package io.iworx.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where requests for one service go: {@code /api/assets/**} to a target.
 *
 * @param service the name in the path: lower-case letters, digits and hyphens
 * @param target the base URL of the service, {@code http} or {@code https}; its path is put before
 *     the rest of the request's path. Null while the service is nowhere: such a request is answered
 *     503
 * @param publicAccess whether requests without a token are let through; default false
 * @param keepPrefix whether the upstream gets {@code /assets/1} instead of {@code /1}; default
 *     false
 * @param timeout the longest silence of the upstream: from the end of the request to the head of
 *     the answer (then 504), and between two pieces of the answer; default 30 s
 * @param forwardAuthorization whether {@code authorization} and {@code apikey} reach the upstream;
 *     default true
 * @param health the path, below the target's base path, that the background check asks; a 2xx
 *     answer is healthy. Null: a connection that opens is healthy
 */
public record Route(
    String service,
    @Nullable URI target,
    boolean publicAccess,
    boolean keepPrefix,
    Duration timeout,
    boolean forwardAuthorization,
    @Nullable String health) {

  /** The default {@link #timeout()}: 30 seconds. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private static final Pattern SERVICE = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~!$&'()*+,=:@-]+)*/?");
  private static final Set<String> RESERVED = Set.of("health");

  /**
   * Checks each part.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public Route {
    if (!SERVICE.matcher(service).matches() || RESERVED.contains(service)) {
      throw new IllegalArgumentException(
          "must be 1 to 63 lower-case letters, digits and hyphens, and not \"health\".");
    }
    if (target != null) {
      checkTarget(target);
    }
    if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("must be longer than 0 and at most a day.");
    }
    if (health != null && (!health.startsWith("/") || !PATH.matcher(health).matches())) {
      throw new IllegalArgumentException("must be a plain path such as /health.");
    }
  }

  /** A route with defaults: not public, prefix stripped, no health path. */
  public static Route of(String service, @Nullable URI target) {
    return new Route(service, target, false, false, DEFAULT_TIMEOUT, true, null);
  }

  public Route withTarget(@Nullable URI newTarget) {
    return new Route(
        service, newTarget, publicAccess, keepPrefix, timeout, forwardAuthorization, health);
  }

  public Route withPublicAccess(boolean newPublicAccess) {
    return new Route(
        service, target, newPublicAccess, keepPrefix, timeout, forwardAuthorization, health);
  }

  public Route withKeepPrefix(boolean newKeepPrefix) {
    return new Route(
        service, target, publicAccess, newKeepPrefix, timeout, forwardAuthorization, health);
  }

  public Route withTimeout(Duration newTimeout) {
    return new Route(
        service, target, publicAccess, keepPrefix, newTimeout, forwardAuthorization, health);
  }

  public Route withForwardAuthorization(boolean newForwardAuthorization) {
    return new Route(
        service, target, publicAccess, keepPrefix, timeout, newForwardAuthorization, health);
  }

  public Route withHealth(@Nullable String newHealth) {
    return new Route(
        service, target, publicAccess, keepPrefix, timeout, forwardAuthorization, newHealth);
  }

  static void checkTarget(URI target) {
    var scheme = Objects.requireNonNullElse(target.getScheme(), "").toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("must be a URL that begins with http:// or https://.");
    }
    if (target.getHost() == null || target.getPort() == 0 || target.getPort() > 65_535) {
      throw new IllegalArgumentException("must name a host and, if any, a port from 1 to 65535.");
    }
    if (target.getRawUserInfo() != null
        || target.getRawQuery() != null
        || target.getRawFragment() != null) {
      throw new IllegalArgumentException("must have no user, query or fragment.");
    }
    var path = Objects.requireNonNullElse(target.getRawPath(), "");
    if (!PATH.matcher(path).matches() || path.contains("/../") || path.contains("/./")) {
      throw new IllegalArgumentException("must have a plain path such as /functions/v1/assets.");
    }
  }
}
