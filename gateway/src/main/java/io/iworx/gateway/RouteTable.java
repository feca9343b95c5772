package io.iworx.gateway;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All routes at one moment. It never changes: a request sees one table from start to end. */
final class RouteTable {
  private static final String API = "/api/";
  private static final List<String> PREFIXES = List.of("/functions/v1/api-gateway", "/api-gateway");

  private final List<Route> routes;
  private final List<String> services;
  private final List<Entry> own;
  private final List<Entry> entries;
  private final Policies policies;
  private final Map<String, ServiceRoutes> byService = new HashMap<>();

  /** A route, the upstream it leads to, and the steps that only its requests go through. */
  record Entry(Route route, Upstream upstream, RouteSteps steps, @Nullable CanaryShare canary) {

    /** This entry, or its canary when that is next. */
    Entry drawn() {
      return canary != null && canary.takes() ? canary.entry() : this;
    }
  }

  /** What stays the same of a route when the rest of it changes. */
  private record Place(String service, RouteMatch match, boolean canary) {
    static Place of(Route route) {
      return new Place(route.service(), route.match(), false);
    }

    static Place ofCanary(Route route) {
      return new Place(route.service(), route.match(), true);
    }
  }

  private RouteTable(List<Route> routes, Map<Place, Entry> known, Policies policies) {
    this.routes = List.copyOf(routes);
    this.services = routes.stream().map(Route::service).distinct().toList();
    this.policies = policies;
    this.own = routes.stream().map(it -> entry(it, known, policies)).toList();
    this.entries = Stream.concat(own.stream(), own.stream().flatMap(RouteTable::canary)).toList();
    own.stream()
        .collect(Collectors.groupingBy(it -> it.route().service()))
        .forEach((service, its) -> byService.put(service, new ServiceRoutes(its)));
  }

  private static Entry entry(Route route, Map<Place, Entry> known, Policies policies) {
    var before = known.get(Place.of(route));
    var upstream = Upstream.of(route, before == null ? null : before.upstream());
    var steps = policies.steps(route, before == null ? null : before.steps());
    var canary = route.policies().canary();
    if (canary == null) {
      return new Entry(route, upstream, steps, null);
    }
    var its = route.withTargets(canary.targets());
    var canaryBefore = known.get(Place.ofCanary(route));
    var itsUpstream = Upstream.of(its, canaryBefore == null ? null : canaryBefore.upstream());
    return new Entry(
        route,
        upstream,
        steps,
        new CanaryShare(new Entry(its, itsUpstream, steps, null), canary.percent()));
  }

  private static Stream<Entry> canary(Entry entry) {
    return entry.canary() == null ? Stream.of() : Stream.of(entry.canary().entry());
  }

  static RouteTable of(List<Route> routes, Policies policies) {
    return new RouteTable(routes, Map.of(), policies);
  }

  /**
   * A table in place of this one: targets that stay keep connections, health and ejections, and
   * limits that stay what they have counted.
   */
  RouteTable with(List<Route> newRoutes) {
    var known = new HashMap<Place, Entry>();
    for (var entry : own) {
      known.put(Place.of(entry.route()), entry);
      canary(entry).forEach(it -> known.put(Place.ofCanary(entry.route()), it));
    }
    return new RouteTable(newRoutes, known, policies);
  }

  /** Lets go of the targets that are not in the table which has come in place of this one. */
  void retire(RouteTable successor) {
    var kept =
        successor.entries.stream()
            .flatMap(it -> it.upstream().targets().stream())
            .collect(Collectors.toSet());
    entries.stream()
        .flatMap(it -> it.upstream().targets().stream())
        .filter(it -> !kept.contains(it))
        .forEach(UpstreamTarget::retire);
  }

  List<Route> routes() {
    return routes;
  }

  List<String> services() {
    return services;
  }

  /** The service's routes; null when it has none. */
  @Nullable ServiceRoutes of(String service) {
    return byService.get(service);
  }

  List<Entry> entries() {
    return entries;
  }

  void tick(long now) {
    entries.forEach(it -> it.upstream().tick(now));
  }

  /** A path without the prefixes the platform's clients may put before {@code /api}. */
  static String inner(String path) {
    for (var prefix : PREFIXES) {
      if (path.startsWith(prefix) && path.startsWith("/", prefix.length())) {
        return path.substring(prefix.length());
      }
    }
    return path;
  }

  /** The service that an inner path names; null when it is not under {@code /api/}. */
  static @Nullable String service(String path) {
    if (!path.startsWith(API) || path.length() == API.length()) {
      return null;
    }
    return path.substring(API.length(), endOfService(path));
  }

  /** What the upstream gets of an inner path. */
  static String rest(String path, Route route) {
    return path.substring(route.keepPrefix() ? API.length() - 1 : endOfService(path));
  }

  /** Where the service's name ends in an inner path. */
  static int endOfService(String path) {
    var slash = path.indexOf('/', API.length());
    return slash < 0 ? path.length() : slash;
  }
}
