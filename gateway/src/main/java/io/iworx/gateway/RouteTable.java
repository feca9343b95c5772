package io.iworx.gateway;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All routes at one moment. It never changes: a request sees one table from start to end. */
final class RouteTable {
  private static final String API = "/api/";
  private static final List<String> PREFIXES = List.of("/functions/v1/api-gateway", "/api-gateway");

  private final List<Route> routes;
  private final List<String> services;
  private final Map<String, Upstream> upstreams = new LinkedHashMap<>();

  RouteTable(List<Route> routes) {
    this.routes = List.copyOf(routes);
    this.services = routes.stream().map(Route::service).toList();
    routes.forEach(route -> upstreams.put(route.service(), Upstream.of(route)));
  }

  List<Route> routes() {
    return routes;
  }

  List<String> services() {
    return services;
  }

  @Nullable Upstream upstream(String service) {
    return upstreams.get(service);
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
