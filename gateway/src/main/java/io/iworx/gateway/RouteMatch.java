package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which requests for a service a route takes. All that is named must fit. Of the routes that fit,
 * the one with the longest path gets the request; of those, the one with most other conditions; of
 * those, the first.
 *
 * @param path what the path goes on with after the service's name, by whole segments: {@code
 *     /reports} fits {@code /api/assets/reports} and what is below it; empty for every path
 * @param methods the methods, {@code GET} with {@code HEAD}; empty for every method
 * @param hosts the host names, in lower case and without a port; empty for every host
 * @param headers names, in lower case, and the exact value each must have; empty for none. A caller
 *     chooses its headers: they pick a route, they protect nothing
 */
public record RouteMatch(
    String path, Set<String> methods, Set<String> hosts, Map<String, String> headers) {

  private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9._~-]+)*");
  private static final Pattern DOTS = Pattern.compile(".*/\\.{1,2}(?:/.*)?");
  private static final Pattern HOST = Pattern.compile("[a-z0-9.-]{1,253}|\\[[0-9a-f:.]+]");
  private static final Pattern HEADER = Pattern.compile("[a-z0-9-]{1,64}");
  private static final Pattern VALUE =
      Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?");
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

  /** Every request for the service. */
  public static final RouteMatch ALL = new RouteMatch("", Set.of(), Set.of(), Map.of());

  /**
   * Checks each part. A path has letters, digits, {@code -._~} only: a character that clients may
   * write in two ways could go around a route.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public RouteMatch {
    methods = Set.copyOf(methods);
    hosts = Set.copyOf(hosts);
    headers = Map.copyOf(headers);
    if (!PATH.matcher(path).matches() || DOTS.matcher(path).matches()) {
      throw new IllegalArgumentException(
          "path must be like /reports/daily: letters, digits and -._~, no slash at its end.");
    }
    if (!METHODS.containsAll(methods)) {
      throw new IllegalArgumentException(
          "methods must be of GET, HEAD, POST, PUT, PATCH, DELETE; the gateway answers OPTIONS.");
    }
    if (!hosts.stream().allMatch(it -> HOST.matcher(it).matches())) {
      throw new IllegalArgumentException(
          "hosts must be names such as api.example.com: lower case, without a port.");
    }
    headers.forEach(RouteMatch::check);
  }

  private static void check(String name, String value) {
    if (!HEADER.matcher(name).matches() || !VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "headers must be names in lower case, each with one value of visible characters.");
    }
  }

  public RouteMatch withPath(String newPath) {
    return new RouteMatch(newPath, methods, hosts, headers);
  }

  public RouteMatch withMethods(Set<String> newMethods) {
    return new RouteMatch(path, newMethods, hosts, headers);
  }

  public RouteMatch withHosts(Set<String> newHosts) {
    return new RouteMatch(path, methods, newHosts, headers);
  }

  public RouteMatch withHeaders(Map<String, String> newHeaders) {
    return new RouteMatch(path, methods, hosts, newHeaders);
  }

  /** How many conditions there are besides the path. */
  int conditions() {
    return (methods.isEmpty() ? 0 : 1) + (hosts.isEmpty() ? 0 : 1) + headers.size();
  }

  boolean fitsMethod(String method) {
    return methods.isEmpty()
        || methods.contains(method)
        || (method.equals("HEAD") && methods.contains("GET"));
  }

  /** Whether host and headers fit. */
  boolean fitsHead(HttpHeaders head) {
    if (!hosts.isEmpty() && !hosts.contains(host(head.get(HttpHeaderNames.HOST)))) {
      return false;
    }
    for (var header : headers.entrySet()) {
      if (!header.getValue().equals(head.get(header.getKey()))) {
        return false;
      }
    }
    return true;
  }

  /** The conditions besides the path: {@code GET, POST on api.example.com with x-beta: 1}. */
  @Override
  public String toString() {
    var text = new StringBuilder(methods.isEmpty() ? "any" : joined(methods));
    if (!hosts.isEmpty()) {
      text.append(" on ").append(joined(hosts));
    }
    if (!headers.isEmpty()) {
      var pairs = headers.entrySet().stream().map(it -> it.getKey() + ": " + it.getValue());
      text.append(" with ").append(pairs.sorted().collect(Collectors.joining(", ")));
    }
    return text.toString();
  }

  private static String joined(Set<String> names) {
    return names.stream().sorted().collect(Collectors.joining(", "));
  }

  private static String host(@Nullable String authority) {
    if (authority == null) {
      return "";
    }
    var colon = authority.lastIndexOf(':');
    var port = colon > authority.lastIndexOf(']');
    return (port ? authority.substring(0, colon) : authority).toLowerCase(Locale.ROOT);
  }
}
