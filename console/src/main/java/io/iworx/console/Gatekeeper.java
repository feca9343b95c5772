package io.iworx.console;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * Who may ask at all: callers on this machine that name it as such, since a web page can make a
 * browser send requests here under a name of its own (DNS rebinding); and, for all but health and
 * metrics, holders of the admin token.
 */
final class Gatekeeper {
  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String SCHEME = "bearer ";

  private final byte[] adminToken;

  Gatekeeper(String adminToken) {
    this.adminToken = adminToken.getBytes(StandardCharsets.UTF_8);
  }

  /** Refuses what was not sent to this machine by its own name, or by a page from elsewhere. */
  void checkLocal(HttpServletRequest request) {
    var host = Objects.requireNonNullElse(request.getHeader("host"), "");
    if (!isLocal(host, request.getLocalPort())) {
      throw Refused.of(403, "The console answers to localhost and 127.0.0.1 only.");
    }
    var origin = request.getHeader("origin");
    if (origin != null
        && !(origin.startsWith("http://")
            && isLocal(origin.substring("http://".length()), request.getLocalPort()))) {
      throw Refused.of(403, "The console answers to its own pages only.");
    }
  }

  /** Refuses whoever does not send the admin token. */
  void checkToken(HttpServletRequest request) {
    var headers = request.getHeaders("authorization");
    var sent = headers.hasMoreElements() ? headers.nextElement() : "";
    if (headers.hasMoreElements()
        || !sent.toLowerCase(Locale.ROOT).startsWith(SCHEME)
        || !isAdminToken(sent.substring(SCHEME.length()).strip())) {
      throw Refused.of(
          401, "This needs the admin token of the instance, which is in instance.json.");
    }
  }

  /** In constant time: how long it takes tells nothing about the token. */
  private boolean isAdminToken(String sent) {
    return MessageDigest.isEqual(adminToken, sent.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isLocal(String hostAndPort, int port) {
    var suffix = ":" + port;
    return hostAndPort.endsWith(suffix)
        && LOCAL_NAMES.contains(
            hostAndPort
                .substring(0, hostAndPort.length() - suffix.length())
                .toLowerCase(Locale.ROOT));
  }
}
