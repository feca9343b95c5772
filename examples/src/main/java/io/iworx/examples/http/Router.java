package io.iworx.examples.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which handler answers which method and path. The first route that fits answers, so {@code /stats}
 * stands before {@code /{id}}.
 */
public final class Router {
  private final List<Route> routes = new ArrayList<>();

  /** A router that knows {@code GET /health} only. */
  public Router() {
    get("/health", _ -> Answer.ok(Map.of("status", "healthy")));
  }

  public Router get(String path, RequestHandler handler) {
    return route("GET", path, handler);
  }

  public Router post(String path, RequestHandler handler) {
    return route("POST", path, handler);
  }

  public Router put(String path, RequestHandler handler) {
    return route("PUT", path, handler);
  }

  public Router delete(String path, RequestHandler handler) {
    return route("DELETE", path, handler);
  }

  private Router route(String method, String path, RequestHandler handler) {
    routes.add(new Route(method, segments(path), handler));
    return this;
  }

  /**
   * The route for a request.
   *
   * @throws HttpError 404 for a path nobody answers, 405 when it is answered to other methods only
   */
  Match match(String method, String path) {
    var segments = segments(path);
    var fitting = routes.stream().filter(route -> route.fits(segments)).toList();
    return fitting.stream()
        .filter(route -> route.method.equals(method))
        .findFirst()
        .map(route -> new Match(route.handler, route.variables(segments)))
        .orElseThrow(() -> unanswered(method, path, fitting));
  }

  private static HttpError unanswered(String method, String path, List<Route> fitting) {
    if (fitting.isEmpty()) {
      return new HttpError(404, "Nothing answers to " + path, Map.of());
    }
    var allow = fitting.stream().map(Route::method).distinct().collect(Collectors.joining(", "));
    return new HttpError(405, path + " does not answer to " + method, Map.of("allow", allow));
  }

  private static List<String> segments(String path) {
    return List.of(path.replaceAll("^/+|/+$", "").split("/"));
  }

  /** A handler and the variables of the path. */
  record Match(RequestHandler handler, Map<String, String> variables) {}

  private record Route(String method, List<String> segments, RequestHandler handler) {

    boolean fits(List<String> path) {
      if (path.size() != segments.size()) {
        return false;
      }
      for (int i = 0; i < path.size(); i++) {
        var given = path.get(i);
        if (variable(i).isEmpty() ? !segments.get(i).equals(given) : given.isEmpty()) {
          return false;
        }
      }
      return true;
    }

    Map<String, String> variables(List<String> path) {
      var variables = new HashMap<String, String>();
      for (int i = 0; i < path.size(); i++) {
        var value = path.get(i);
        variable(i).ifPresent(name -> variables.put(name, value));
      }
      return variables;
    }

    private Optional<String> variable(int i) {
      var segment = segments.get(i);
      return segment.startsWith("{")
          ? Optional.of(segment.substring(1, segment.length() - 1))
          : Optional.empty();
    }
  }
}
