package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.regex.Pattern;

/**
 * Whom a request is addressed to (RFC 9112 §3.2): exactly one host, the same wherever it is named.
 */
final class Authority {
  private static final int MAX_NAME = 255;
  private static final Pattern HOST =
      Pattern.compile("(?:[A-Za-z0-9._~-]{1,255}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");

  private Authority() {}

  /** The target in origin form. */
  static String check(HttpMethod method, String target, HttpHeaders headers, boolean http10) {
    var hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() > 1 || (hosts.isEmpty() && !http10)) {
      throw RefusedException.badRequest("There must be exactly one host header.");
    }
    if (!hosts.isEmpty() && !sound(hosts.getFirst())) {
      throw RefusedException.badRequest("The host header is malformed.");
    }
    if (target.startsWith("/") || method.equals(HttpMethod.CONNECT)) {
      return target;
    }
    if (target.equals("*") && method.equals(HttpMethod.OPTIONS)) {
      return target;
    }
    return absolute(target, hosts.isEmpty() ? "" : hosts.getFirst());
  }

  static boolean sound(String host) {
    return plain(host) || HOST.matcher(host).matches();
  }

  /** Nearly every host: a name without a port. It need not pay for the pattern. */
  private static boolean plain(String host) {
    for (int i = 0; i < host.length(); i++) {
      var c = host.charAt(i);
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-')) {
        return false;
      }
    }
    return !host.isEmpty() && host.length() <= MAX_NAME;
  }

  private static String absolute(String target, String host) {
    var prefix = target.regionMatches(true, 0, "http://", 0, 7) ? 7 : 8;
    if (prefix == 8 && !target.regionMatches(true, 0, "https://", 0, 8)) {
      throw RefusedException.badRequest("The request target is neither a path nor a URL.");
    }
    var end = prefix;
    while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
      end++;
    }
    if (!target.substring(prefix, end).equalsIgnoreCase(host)) {
      throw RefusedException.badRequest("The request target's host is not the host header's.");
    }
    var rest = target.substring(end);
    return rest.startsWith("/") ? rest : "/" + rest;
  }
}
