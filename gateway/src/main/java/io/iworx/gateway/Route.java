package io.iworx.gateway;

import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where requests for one service go: {@code /api/assets/**} to one of its targets. A service may
 * have several routes, which their {@link #match()} tells apart; each has bounds, health and
 * ejections of its own.
 *
 * @param service the name in the path: lower-case letters, digits and hyphens
 * @param targets the base URLs of the service's instances, {@code http} or {@code https}; a URL's
 *     path is put before the rest of the request's path. Of two drawn by chance the one with fewer
 *     open requests gets the next. Empty while the service is nowhere: such a request is answered
 *     503
 * @param publicAccess whether requests without a token are let through; default false
 * @param keepPrefix whether the upstream gets {@code /assets/1} instead of {@code /1}; default
 *     false
 * @param timeout how long the upstream may take from the end of the request to the head of the
 *     answer, all attempts together (then 504); default 30 s
 * @param idleTimeout the longest silence within an answer that has begun, such as a stream of
 *     events, and of an open WebSocket; null is a minute, or {@code timeout} where that is longer;
 *     default null
 * @param forwardAuthorization whether {@code authorization} and {@code apikey} reach the upstream;
 *     default true
 * @param health the path, below a target's base path, that the background check asks; a 2xx answer
 *     is healthy. Null: a connection that opens is healthy
 * @param upstream bounds for each target, and when one is left alone
 * @param retries when a request is sent again
 * @param match which of the service's requests go here; default all of them
 * @param maxRequestBody bytes of a request's body, 413 beyond; {@link Long#MAX_VALUE} is unlimited,
 *     null is what {@link Limits#maxRequestBody()} says; default null
 * @param policies what is asked of its requests besides; default nothing
 */
public record Route(
    String service,
    List<URI> targets,
    boolean publicAccess,
    boolean keepPrefix,
    Duration timeout,
    @Nullable Duration idleTimeout,
    boolean forwardAuthorization,
    @Nullable String health,
    UpstreamOptions upstream,
    RetryOptions retries,
    RouteMatch match,
    @Nullable Long maxRequestBody,
    RoutePolicies policies) {

  /** The default {@link #timeout()}: 30 seconds. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** The least {@link #idleTimeout()} where none is said: a minute. */
  public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(1);

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
    targets = List.copyOf(targets);
    targets.forEach(Route::checkTarget);
    if (new HashSet<>(targets).size() < targets.size()) {
      throw new IllegalArgumentException("must not name a target twice.");
    }
    checkTime(timeout);
    if (idleTimeout != null) {
      checkTime(idleTimeout);
    }
    if (maxRequestBody != null && maxRequestBody < 0) {
      throw new IllegalArgumentException("must not be negative.");
    }
    if (health != null && (!health.startsWith("/") || !PATH.matcher(health).matches())) {
      throw new IllegalArgumentException("must be a plain path such as /health.");
    }
  }

  /** A route with defaults to one target, or to none: not public, prefix stripped. */
  public static Route of(String service, @Nullable URI target) {
    return new Route(
        service,
        target == null ? List.of() : List.of(target),
        false,
        false,
        DEFAULT_TIMEOUT,
        null,
        true,
        null,
        UpstreamOptions.DEFAULT,
        RetryOptions.DEFAULT,
        RouteMatch.ALL,
        null,
        RoutePolicies.NONE);
  }

  public Route withTargets(List<URI> newTargets) {
    return new Route(
        service,
        newTargets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withPublicAccess(boolean newPublicAccess) {
    return new Route(
        service,
        targets,
        newPublicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withKeepPrefix(boolean newKeepPrefix) {
    return new Route(
        service,
        targets,
        publicAccess,
        newKeepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withTimeout(Duration newTimeout) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        newTimeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withIdleTimeout(@Nullable Duration newIdleTimeout) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        newIdleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withForwardAuthorization(boolean newForwardAuthorization) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        newForwardAuthorization,
        health,
        upstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withHealth(@Nullable String newHealth) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        newHealth,
        upstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withUpstream(UpstreamOptions newUpstream) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        newUpstream,
        retries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withRetries(RetryOptions newRetries) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        newRetries,
        match,
        maxRequestBody,
        policies);
  }

  public Route withMatch(RouteMatch newMatch) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        newMatch,
        maxRequestBody,
        policies);
  }

  public Route withMaxRequestBody(@Nullable Long newMaxRequestBody) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        match,
        newMaxRequestBody,
        policies);
  }

  public Route withPolicies(RoutePolicies newPolicies) {
    return new Route(
        service,
        targets,
        publicAccess,
        keepPrefix,
        timeout,
        idleTimeout,
        forwardAuthorization,
        health,
        upstream,
        retries,
        match,
        maxRequestBody,
        newPolicies);
  }

  /** The longest silence, said or not. */
  Duration idle() {
    if (idleTimeout != null) {
      return idleTimeout;
    }
    return timeout.compareTo(DEFAULT_IDLE_TIMEOUT) > 0 ? timeout : DEFAULT_IDLE_TIMEOUT;
  }

  private static void checkTime(Duration time) {
    if (time.isNegative() || time.isZero() || time.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("must be longer than 0 and at most a day.");
    }
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
