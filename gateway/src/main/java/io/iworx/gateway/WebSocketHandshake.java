package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a connection becomes a WebSocket (RFC 6455 §4): what is asked must be sound before a service
 * hears of it, and what it answers before a single byte goes through.
 */
final class WebSocketHandshake {
  private static final String WEBSOCKET = "websocket";
  private static final String VERSION = "13";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** Sixteen bytes in base64. */
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

  /** A protocol that browsers name to send a token: they cannot set {@code authorization}. */
  private static final String BEARER = "bearer.";

  private WebSocketHandshake() {}

  /** Whether the request asks for a WebSocket; in HTTP/1.0 nobody can. */
  static boolean isAsked(Request request) {
    return !request.http10()
        && listed(request.headers(), HttpHeaderNames.UPGRADE).stream()
            .anyMatch(WEBSOCKET::equalsIgnoreCase);
  }

  /** Why a request that asks for a WebSocket cannot have one; null when it is sound. */
  static @Nullable Problem fault(Request request) {
    var headers = request.headers();
    if (!request.method().equals(HttpMethod.GET)
        || request.hasBody()
        || listed(headers, HttpHeaderNames.UPGRADE).size() > 1
        || listed(headers, HttpHeaderNames.CONNECTION).stream()
            .noneMatch(it -> it.equalsIgnoreCase("upgrade"))) {
      return Problem.BAD_HANDSHAKE;
    }
    var versions = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
    if (versions.size() != 1 || !versions.getFirst().equals(VERSION)) {
      return Problem.WEBSOCKET_VERSION;
    }
    var keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    return keys.size() == 1 && KEY.matcher(keys.getFirst()).matches()
        ? null
        : Problem.BAD_HANDSHAKE;
  }

  /** Moves a token from the protocols to where every other request has it. */
  static void takeToken(HttpHeaders headers) {
    var protocols = listed(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    if (protocols.stream().noneMatch(it -> it.startsWith(BEARER))) {
      return;
    }
    headers.remove(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    for (var protocol : protocols) {
      if (protocol.startsWith(BEARER)) {
        headers.add(HttpHeaderNames.AUTHORIZATION, "Bearer " + protocol.substring(BEARER.length()));
      }
    }
    protocols.removeIf(it -> it.startsWith(BEARER));
    if (!protocols.isEmpty()) {
      headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, String.join(", ", protocols));
    }
  }

  /** What the service gets, after everything that belongs to one connection was removed. */
  static void ask(HttpHeaders headers) {
    headers.set(HttpHeaderNames.CONNECTION, "upgrade");
    headers.set(HttpHeaderNames.UPGRADE, WEBSOCKET);
  }

  /** Whether the answer opens the WebSocket that was asked for, and no other. */
  static boolean opens(Request request, HttpResponse answer) {
    var headers = answer.headers();
    var chosen = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    return answer.status().code() == 101
        && headers.getAll(HttpHeaderNames.UPGRADE).equals(List.of(WEBSOCKET))
        && listed(headers, HttpHeaderNames.CONNECTION).stream()
            .anyMatch(it -> it.equalsIgnoreCase("upgrade"))
        && headers
            .getAll(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT)
            .equals(List.of(accept(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY))))
        && (chosen.isEmpty()
            || (chosen.size() == 1
                && listed(request.headers(), HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)
                    .contains(chosen.getFirst())));
  }

  static String accept(@Nullable String key) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-1.", e);
    }
  }

  private static List<String> listed(HttpHeaders headers, CharSequence name) {
    var all = new ArrayList<String>();
    for (var value : headers.getAll(name)) {
      for (var item : value.split(",", -1)) {
        all.add(item.strip());
      }
    }
    return all;
  }
}
