package io.iworx.gateway;

import io.iworx.correlation.CorrelationHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What never passes the gateway. First what belongs to one connection goes, whatever {@code
 * Connection} names included, then what only the gateway may say; only after that the gateway's own
 * headers are set, so that no caller can have them removed.
 */
final class HeaderRules {
  private static final Set<AsciiString> HOP_BY_HOP =
      names(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "http2-settings");

  /** Said by the gateway to services; from anyone else it is a claim. */
  private static final Set<AsciiString> OWN =
      names(
          CorrelationHeaders.CORRELATION_ID,
          CorrelationHeaders.CAUSATION_ID,
          CorrelationHeaders.CALLING_SERVICE,
          CorrelationHeaders.USER_ID,
          CorrelationHeaders.ORGANIZATION_ID,
          CorrelationHeaders.CROSS_PROJECT_ACCESS,
          CorrelationHeaders.REQUEST_DEADLINE_MS,
          CorrelationHeaders.ATTEMPT,
          "x-iworx-identity");

  /** In one set, so that a header's name is looked up once. */
  private static final Set<AsciiString> NEVER = union(HOP_BY_HOP, OWN);

  private static final Set<AsciiString> UP =
      union(
          NEVER,
          names(
              "forwarded",
              "x-forwarded-for",
              "x-forwarded-host",
              "x-forwarded-port",
              "x-forwarded-prefix",
              "x-forwarded-proto",
              "x-forwarded-server",
              "x-original-host",
              "x-original-url",
              "x-real-ip",
              "x-rewrite-url",
              "x-http-method",
              "x-http-method-override",
              "x-method-override"));

  private static final Set<AsciiString> DOWN =
      union(
          NEVER,
          names(
              "server",
              "x-powered-by",
              "access-control-allow-origin",
              "access-control-allow-credentials",
              "access-control-allow-headers",
              "access-control-allow-methods",
              "access-control-expose-headers",
              "access-control-max-age"));

  /** What a trailer field may not say (RFC 9110 §6.5.1): it would come too late, or be believed. */
  private static final Set<AsciiString> NO_TRAILERS =
      union(
          DOWN,
          names(
              "age",
              "authorization",
              "cache-control",
              "content-encoding",
              "content-length",
              "content-range",
              "content-type",
              "cookie",
              "date",
              "expires",
              "host",
              "location",
              "pragma",
              "retry-after",
              "set-cookie",
              "transfer-encoding",
              "vary",
              "www-authenticate"));

  private HeaderRules() {}

  /** Strips a request's headers on their way to a service. */
  static void stripUp(HttpHeaders headers) {
    strip(headers, UP);
  }

  /** Strips an answer's headers on their way to a client. */
  static void stripDown(HttpHeaders headers) {
    strip(headers, DOWN);
  }

  /** Strips what came behind an answer's body, on its way to a client. */
  static void stripTrailers(HttpHeaders trailers) {
    strip(trailers, NO_TRAILERS);
  }

  /** Whether only the gateway says such a header: what belongs to a connection, and its own. */
  static boolean isReserved(CharSequence name) {
    var canonical = canonical(name);
    return NEVER.contains(canonical);
  }

  private static void strip(HttpHeaders headers, Set<AsciiString> refused) {
    removeListed(headers);
    ArrayList<CharSequence> gone = null;
    for (var fields = headers.iteratorCharSequence(); fields.hasNext(); ) {
      var name = fields.next().getKey();
      var canonical = canonical(name);
      if (refused.contains(canonical)) {
        gone = gone == null ? new ArrayList<>() : gone;
        gone.add(name);
      }
    }
    if (gone != null) {
      gone.forEach(headers::remove);
    }
  }

  private static void removeListed(HttpHeaders headers) {
    for (var value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (var name : value.split(",", -1)) {
        var listed = name.strip().toLowerCase(Locale.ROOT);
        if (!listed.isEmpty() && !framing(listed)) {
          headers.remove(listed);
        }
      }
    }
  }

  /** Removing these would change what the message is. */
  private static boolean framing(String name) {
    return name.equals("content-length") || name.equals("transfer-encoding") || name.equals("host");
  }

  /**
   * Lower case, and {@code -} for every other sign: servers that hand headers on as variables take
   * {@code _}, {@code .} and their like for it.
   */
  static AsciiString canonical(CharSequence name) {
    var ascii = AsciiString.of(name).toLowerCase();
    for (int i = 0; i < ascii.length(); i++) {
      if (!plain(ascii.byteAt(i))) {
        return replaced(ascii);
      }
    }
    return ascii;
  }

  private static AsciiString replaced(AsciiString name) {
    var bytes = name.toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = plain(bytes[i]) ? bytes[i] : (byte) '-';
    }
    return new AsciiString(bytes, false);
  }

  private static boolean plain(byte c) {
    return (c >= 'a' && c <= 'z') || c == '-' || Chars.digit(c);
  }

  private static Set<AsciiString> names(String... names) {
    var set = new HashSet<AsciiString>();
    for (var name : names) {
      set.add(AsciiString.cached(name));
    }
    return Set.copyOf(set);
  }

  private static Set<AsciiString> union(Set<AsciiString> some, Set<AsciiString> more) {
    var all = new HashSet<>(some);
    all.addAll(more);
    return Set.copyOf(all);
  }
}
