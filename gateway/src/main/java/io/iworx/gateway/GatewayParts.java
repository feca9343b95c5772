package io.iworx.gateway;

import io.iworx.gateway.spi.IdempotencyStore;
import io.iworx.gateway.spi.IdentityLookup;
import io.iworx.gateway.spi.LimitStore;
import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.OpenTelemetry;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway is given besides its configuration: what only code can be. It stays for the
 * gateway's life.
 *
 * @param recorder gets each finished exchange as a hop; the caller closes it, after the gateway
 * @param filters what the requests of all routes go through, in this order, by name; default none
 * @param routeFilters what only the requests of routes go through that name it; default none
 * @param limitStore where rate limits are that several gateways share; null: none can be shared.
 *     The caller closes what is behind it, after the gateway
 * @param idempotencyStore where idempotency keys are kept; null: no route can keep them. The caller
 *     closes what is behind it, after the gateway
 * @param identityLookup what answers the configuration's {@code identity.lookup}; null: it can have
 *     none
 * @param openTelemetry where spans and metrics go; {@link OpenTelemetry#noop()} unless given, and
 *     then nothing is measured
 */
public record GatewayParts(
    TraceRecorder recorder,
    Map<String, Filter> filters,
    Map<String, Filter> routeFilters,
    @Nullable LimitStore limitStore,
    @Nullable IdempotencyStore idempotencyStore,
    @Nullable IdentityLookup identityLookup,
    OpenTelemetry openTelemetry) {

  public GatewayParts {
    filters = Collections.unmodifiableMap(new LinkedHashMap<>(filters));
    routeFilters = Collections.unmodifiableMap(new LinkedHashMap<>(routeFilters));
  }

  /** A recorder and nothing else. */
  public static GatewayParts of(TraceRecorder recorder) {
    return new GatewayParts(recorder, Map.of(), Map.of(), null, null, null, OpenTelemetry.noop());
  }

  /**
   * One filter more for the requests of all routes, after those there are.
   *
   * @param name what the log calls it
   * @throws IllegalArgumentException when the name is taken
   */
  public GatewayParts withFilter(String name, Filter filter) {
    return new GatewayParts(
        recorder,
        more(filters, name, filter),
        routeFilters,
        limitStore,
        idempotencyStore,
        identityLookup,
        openTelemetry);
  }

  /**
   * One filter more for the routes whose entry names it.
   *
   * @param name what the routes and the log call it
   * @throws IllegalArgumentException when the name is taken
   */
  public GatewayParts withRouteFilter(String name, Filter filter) {
    return new GatewayParts(
        recorder,
        filters,
        more(routeFilters, name, filter),
        limitStore,
        idempotencyStore,
        identityLookup,
        openTelemetry);
  }

  public GatewayParts withLimitStore(@Nullable LimitStore newLimitStore) {
    return new GatewayParts(
        recorder,
        filters,
        routeFilters,
        newLimitStore,
        idempotencyStore,
        identityLookup,
        openTelemetry);
  }

  public GatewayParts withIdempotencyStore(@Nullable IdempotencyStore newIdempotencyStore) {
    return new GatewayParts(
        recorder,
        filters,
        routeFilters,
        limitStore,
        newIdempotencyStore,
        identityLookup,
        openTelemetry);
  }

  public GatewayParts withIdentityLookup(@Nullable IdentityLookup newIdentityLookup) {
    return new GatewayParts(
        recorder,
        filters,
        routeFilters,
        limitStore,
        idempotencyStore,
        newIdentityLookup,
        openTelemetry);
  }

  /** Spans and metrics by the semantic conventions for HTTP servers. */
  public GatewayParts withOpenTelemetry(OpenTelemetry newOpenTelemetry) {
    return new GatewayParts(
        recorder,
        filters,
        routeFilters,
        limitStore,
        idempotencyStore,
        identityLookup,
        newOpenTelemetry);
  }

  private static Map<String, Filter> more(Map<String, Filter> some, String name, Filter filter) {
    var more = new LinkedHashMap<>(some);
    if (more.putIfAbsent(name, filter) != null) {
      throw new IllegalArgumentException("There is a filter " + name + " already.");
    }
    return more;
  }
}
