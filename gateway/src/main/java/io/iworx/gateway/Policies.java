package io.iworx.gateway;

import io.iworx.gateway.RoutePolicies.HeaderChanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes of what a route's policies say the steps that its requests go through. */
final class Policies implements AutoCloseable {
  private final GatewayParts parts;
  private final @Nullable Leases leases;
  private final @Nullable KeyedRequests keyed;

  Policies(GatewayParts parts) {
    this.parts = parts;
    this.leases = parts.limitStore() == null ? null : new Leases(parts.limitStore());
    this.keyed =
        parts.idempotencyStore() == null ? null : new KeyedRequests(parts.idempotencyStore());
  }

  /**
   * The steps of a route.
   *
   * @param before those it had; what they remember stays where nothing has changed
   */
  RouteSteps steps(Route route, @Nullable RouteSteps before) {
    var limit = limit(route, before == null ? null : before.limit());
    var steps = new ArrayList<Step>();
    if (!route.policies().requirement().equals(Requirement.NONE)) {
      steps.add(route.policies().requirement()::check);
    }
    if (limit != null && !limit.needsNoIdentity()) {
      steps.add(limit);
    }
    var shedding = shedding(route, before == null ? null : before.shedding());
    if (shedding != null) {
      steps.add(shedding);
    }
    parts.filters().forEach((name, filter) -> steps.add(new FilterStep(name, filter)));
    route.policies().filters().forEach(name -> steps.add(filter(route, name)));
    var request = route.policies().requestHeaders();
    var answer = route.policies().answerHeaders();
    if (!request.equals(HeaderChanges.NONE) || !answer.equals(HeaderChanges.NONE)) {
      steps.add(new HeaderStep(request, answer));
    }
    if (route.policies().idempotency()) {
      steps.add(new IdempotencyStep(keyed(route), route));
    }
    return new RouteSteps(limit, shedding, List.copyOf(steps));
  }

  private @Nullable RateLimitStep limit(Route route, @Nullable RateLimitStep before) {
    var limit = route.policies().rateLimit();
    if (limit == null || (before != null && before.limit().equals(limit))) {
      return limit == null ? null : before;
    }
    if (!limit.shared()) {
      return RateLimitStep.local(limit, RateLimit.MOST_CALLERS);
    }
    if (leases == null) {
      throw new GatewayException(
          "The route of %s shares its rate limit, and this gateway was given no store for that; leave 'shared' out."
              .formatted(route.service()),
          null);
    }
    leases.start();
    return RateLimitStep.shared(route, limit, leases);
  }

  private static @Nullable SheddingStep shedding(Route route, @Nullable SheddingStep before) {
    var bounds = route.policies().shedding();
    if (bounds == null) {
      return null;
    }
    return before != null && before.bounds().equals(bounds) ? before : new SheddingStep(bounds);
  }

  private KeyedRequests keyed(Route route) {
    if (keyed == null) {
      throw new GatewayException(
          "The route of %s keeps idempotency keys, and this gateway was given no store for them; leave 'idempotency' out."
              .formatted(route.service()),
          null);
    }
    return keyed;
  }

  private Step filter(Route route, String name) {
    var filter = parts.routeFilters().get(name);
    if (filter == null) {
      var known = parts.routeFilters().keySet();
      throw new GatewayException(
          "The route of %s names the filter %s, which this gateway was not given; it has %s."
              .formatted(
                  route.service(), name, known.isEmpty() ? "none" : String.join(", ", known)),
          null);
    }
    return new FilterStep(name, filter);
  }

  /** Whether limits that gateways share are counted by each alone for now. */
  boolean limitsAlone() {
    return leases != null && leases.alone(System.nanoTime());
  }

  /** Of each store that is used, whether it answers. */
  Map<String, Boolean> stores() {
    var stores = new TreeMap<String, Boolean>();
    if (leases != null && leases.used()) {
      stores.put("rate_limits", !limitsAlone());
    }
    if (keyed != null) {
      stores.put("idempotency", keyed.storeAnswers());
    }
    return stores;
  }

  @Override
  public void close() {
    if (leases != null) {
      leases.close();
    }
    if (keyed != null) {
      keyed.close();
    }
  }
}
