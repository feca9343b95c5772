package io.iworx.gateway;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All routes at one moment. It never changes: a request sees one table from start to end. */
final class RouteTable {
  private static final String API = "/api/";
  private static final List<String> PREFIXES = List.of("/functions/v1/api-gateway", "/api-gateway");

  private final List<Route> routes;
  private final List<String> services;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** A route and the upstream it leads to. */
  record Entry(Route route, Upstream upstream) {}

  private RouteTable(List<Route> routes, Map<String, Upstream> known) {
    this.routes = List.copyOf(routes);
    this.services = routes.stream().map(Route::service).toList();
    routes.forEach(
        it -> entries.put(it.service(), new Entry(it, Upstream.of(it, known.get(it.service())))));
  }

  static RouteTable of(List<Route> routes) {
    return new RouteTable(routes, Map.of());
  }

  /** A table in place of this one: targets that stay keep connections, health and ejections. */
  RouteTable with(List<Route> newRoutes) {
    var known = new HashMap<String, Upstream>();
    entries.forEach((service, entry) -> known.put(service, entry.upstream()));
    return new RouteTable(newRoutes, known);
  }

  /** Lets go of the targets that are not in the table which has come in place of this one. */
  void retire(RouteTable successor) {
    var kept =
        successor.entries.values().stream()
            .flatMap(it -> it.upstream().targets().stream())
            .collect(Collectors.toSet());
    entries.values().stream()
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

  @Nullable Entry entry(String service) {
    return entries.get(service);
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  void tick(long now) {
    entries.values().forEach(it -> it.upstream().tick(now));
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

  private static int endOfService(String path) {
    var slash = path.indexOf('/', API.length());
    return slash < 0 ? path.length() : slash;
  }
}
