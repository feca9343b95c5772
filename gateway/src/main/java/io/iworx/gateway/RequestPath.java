package io.iworx.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The one form of a path: what routes are matched with is what is forwarded. Escaped letters and
 * digits are unescaped, other escapes are written in upper case; whatever two readers could
 * understand differently ({@code ..}, {@code //}, {@code %2F}, {@code ;}, {@code \}) is refused.
 *
 * @param path begins with a slash
 * @param query what follows the question mark, unchanged; null when there is none
 */
record RequestPath(String path, @Nullable String query) {
  private static final String PLAIN = "-._~!$&'()*+,=:@";

  /** The normal form of a request target in origin form; null when it is refused. */
  static @Nullable RequestPath of(String target) {
    if (target.isEmpty() || target.charAt(0) != '/') {
      return null;
    }
    var mark = target.indexOf('?');
    var query = mark < 0 ? null : target.substring(mark + 1);
    if (query != null && !visible(query)) {
      return null;
    }
    var path = normal(mark < 0 ? target : target.substring(0, mark));
    return path == null || !plainSegments(path) ? null : new RequestPath(path, query);
  }

  private static boolean visible(String query) {
    for (int i = 0; i < query.length(); i++) {
      var c = query.charAt(i);
      if (c <= 0x20 || c >= 0x7f || c == '#') {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String normal(String path) {
    StringBuilder changed = null;
    var bytes = false;
    for (int i = 0; i < path.length(); i++) {
      var c = path.charAt(i);
      if (c == '%') {
        var octet = octet(path, i);
        if (octet < 0 || ambiguous(octet)) {
          return null;
        }
        bytes |= octet >= 0x80;
        changed = changed == null ? new StringBuilder(path.length()).append(path, 0, i) : changed;
        if (unreserved(octet)) {
          changed.append((char) octet);
        } else {
          changed.append('%').append(hex(octet >> 4)).append(hex(octet & 15));
        }
        i += 2;
      } else if (c == '/' || alphanumeric(c) || PLAIN.indexOf(c) >= 0) {
        if (changed != null) {
          changed.append(c);
        }
      } else {
        return null;
      }
    }
    var normal = changed == null ? path : changed.toString();
    return escapesTwice(normal) || (bytes && !utf8(normal)) ? null : normal;
  }

  /** Escapes that some server would take for a separator or an end. */
  private static boolean ambiguous(int octet) {
    return octet < 0x20 || octet == 0x7f || octet == '/' || octet == '\\' || octet == ';';
  }

  /** Whether a server that unescapes twice would read something else. */
  private static boolean escapesTwice(String path) {
    for (var at = path.indexOf("%25"); at >= 0; at = path.indexOf("%25", at + 3)) {
      if (at + 4 < path.length() && octet("%" + path.substring(at + 3, at + 5), 0) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean plainSegments(String path) {
    var start = 1;
    while (start < path.length()) {
      var slash = path.indexOf('/', start);
      var end = slash < 0 ? path.length() : slash;
      var length = end - start;
      if (length == 0
          || (length <= 2 && path.charAt(start) == '.' && path.charAt(end - 1) == '.')) {
        return false;
      }
      start = end + 1;
    }
    return true;
  }

  private static boolean utf8(String path) {
    var octets = new byte[path.length()];
    var count = 0;
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '%') {
        octets[count++] = (byte) octet(path, i);
        i += 2;
      } else {
        octets[count++] = (byte) path.charAt(i);
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets, 0, count));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static int octet(String path, int at) {
    if (at + 2 >= path.length()) {
      return -1;
    }
    var high = digit(path.charAt(at + 1));
    var low = digit(path.charAt(at + 2));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static int digit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  private static char hex(int digit) {
    return Character.toUpperCase(Character.forDigit(digit, 16));
  }

  private static boolean unreserved(int octet) {
    return alphanumeric((char) octet) || "-._~".indexOf(octet) >= 0;
  }

  private static boolean alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
