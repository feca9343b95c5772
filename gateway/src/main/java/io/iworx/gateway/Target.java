package io.iworx.gateway;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One address of an upstream.
 *
 * @param hostHeader what the {@code host} header says: the port only where it is not the default
 * @param basePath put before each path; without a slash at the end, empty for none
 */
record Target(String host, int port, boolean tls, String hostHeader, String basePath) {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  static Target of(URI url) {
    var tls = url.getScheme().toLowerCase(Locale.ROOT).equals("https");
    var host = Objects.requireNonNull(url.getHost());
    var usual = tls ? HTTPS : HTTP;
    var port = url.getPort() < 0 ? usual : url.getPort();
    var path = Objects.requireNonNullElse(url.getRawPath(), "");
    return new Target(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        port,
        tls,
        port == usual ? host : host + ":" + port,
        path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
  }

  /** The address of a path below the base path. */
  URI url(String rest) {
    return URI.create((tls ? "https://" : "http://") + hostHeader + basePath + rest);
  }

  /** What is asked of the target: base path, rest, query. */
  String uri(String rest, @Nullable String query) {
    var path = basePath + rest;
    if (path.isEmpty()) {
      path = "/";
    }
    return query == null ? path : path + "?" + query;
  }
}
