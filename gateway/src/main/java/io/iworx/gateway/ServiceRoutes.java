package io.iworx.gateway;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one service, by path: a lookup per segment of the request's path, and no more
 * segments than the deepest route has, however many routes there are.
 */
final class ServiceRoutes {
  private static final Comparator<RouteTable.Entry> MOST_CONDITIONS_FIRST =
      Comparator.comparingInt(it -> -it.route().match().conditions());

  /** What a lookup finds. */
  sealed interface Found {
    record One(RouteTable.Entry entry) implements Found {}

    /** A route fits but for the request's method. */
    record OtherMethod() implements Found {}

    record Nothing() implements Found {}
  }

  private static final Found OTHER_METHOD = new Found.OtherMethod();
  private static final Found NOTHING = new Found.Nothing();

  private final Map<String, List<Found.One>> byPath = new HashMap<>();
  private final int deepest;

  ServiceRoutes(List<RouteTable.Entry> entries) {
    var sorted = new ArrayList<>(entries);
    sorted.sort(MOST_CONDITIONS_FIRST); // stable: the file's order decides the rest
    for (var entry : sorted) {
      var path = entry.route().match().path();
      byPath.computeIfAbsent(path, _ -> new ArrayList<>()).add(new Found.One(entry));
    }
    this.deepest = byPath.keySet().stream().mapToInt(ServiceRoutes::depth).max().orElse(0);
  }

  private static int depth(String path) {
    return (int) path.chars().filter(it -> it == '/').count();
  }

  /**
   * The route for a request.
   *
   * @param path the path in its normal form
   * @param start where the service's name ends in it
   */
  Found find(String path, int start, Request request) {
    var otherMethod = false;
    for (var end = farthest(path, start); ; end = path.lastIndexOf('/', end - 1)) {
      var found = among(byPath.get(path.substring(start, end)), request);
      if (found instanceof Found.One) {
        return found;
      }
      otherMethod |= found instanceof Found.OtherMethod;
      if (end <= start) {
        return otherMethod ? OTHER_METHOD : NOTHING;
      }
    }
  }

  private int farthest(String path, int start) {
    var end = start;
    for (int i = 0; i < deepest && end < path.length(); i++) {
      var slash = path.indexOf('/', end + 1);
      end = slash < 0 ? path.length() : slash;
    }
    return end;
  }

  private static Found among(@Nullable List<Found.One> candidates, Request request) {
    if (candidates == null) {
      return NOTHING;
    }
    var result = NOTHING;
    for (var candidate : candidates) {
      var match = candidate.entry().route().match();
      if (match.fitsHead(request.headers())) {
        if (match.fitsMethod(request.method().name())) {
          return candidate;
        }
        result = OTHER_METHOD;
      }
    }
    return result;
  }
}
