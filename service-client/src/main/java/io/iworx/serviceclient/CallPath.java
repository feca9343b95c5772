package io.iworx.serviceclient;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Paths of calls: checked, percent-encoded, filled with values from outside. */
final class CallPath {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  private static final String PATH_CHARACTERS = UNRESERVED + "!$&'()*+,;=:@/";
  private static final String QUERY_CHARACTERS = PATH_CHARACTERS + "?";
  private static final Pattern ESCAPE = Pattern.compile("%[0-9A-Fa-f]{2}");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{}");

  /** Servers decode once, careless ones twice; a third time is one more than any seen. */
  private static final int DECODINGS = 3;

  private CallPath() {}

  static String checked(String path) {
    var query = path.indexOf('?');
    var segments = encode(path, query < 0 ? path : path.substring(0, query), PATH_CHARACTERS);
    requireSafeSegments(path, segments);
    return query < 0
        ? segments
        : segments + "?" + encode(path, path.substring(query + 1), QUERY_CHARACTERS);
  }

  static String filled(String template, Object... values) {
    var parts = PLACEHOLDER.split(template, -1);
    if (parts.length - 1 != values.length) {
      throw new IllegalArgumentException(
          "The path %s has %d places {} for %d values."
              .formatted(show(template), parts.length - 1, values.length));
    }
    var path = new StringBuilder(parts[0]);
    for (int i = 0; i < values.length; i++) {
      var value = String.valueOf(values[i]);
      if (value.isEmpty() || value.equals(".") || value.equals("..")) {
        throw refused(template, "value " + (i + 1) + " is empty or a dot segment");
      }
      for (var character : value.codePoints().toArray()) {
        appendEncoded(path, character, UNRESERVED, template);
      }
      path.append(parts[i + 1]);
    }
    return path.toString();
  }

  private static String encode(String whole, String part, String allowed) {
    var encoded = new StringBuilder(part.length() + 16);
    for (int i = 0; i < part.length(); ) {
      var character = part.codePointAt(i);
      if (character == '%') {
        if (!ESCAPE.matcher(part).region(i, Math.min(i + 3, part.length())).matches()) {
          throw refused(whole, "a % must start an escape such as %20; a literal one is %25");
        }
        encoded.append('%');
      } else {
        appendEncoded(encoded, character, allowed, whole);
      }
      i += Character.charCount(character);
    }
    return encoded.toString();
  }

  private static void appendEncoded(StringBuilder to, int character, String allowed, String whole) {
    if (allowed.indexOf(character) >= 0) {
      to.appendCodePoint(character);
      return;
    }
    if (Character.isISOControl(character)) {
      throw refused(whole, "it holds a control character");
    }
    if (character == '\\' && allowed.indexOf('/') >= 0) {
      throw refused(whole, "it holds a backslash");
    }
    if (character == '#' && allowed.indexOf('/') >= 0) {
      throw refused(whole, "it holds a fragment, which is never sent; a literal # is %23");
    }
    if (character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE) {
      throw refused(whole, "it holds half a character");
    }
    for (var octet : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
      to.append('%').append("%02X".formatted(octet));
    }
  }

  private static void requireSafeSegments(String path, String encoded) {
    if (!encoded.startsWith("/")) {
      throw refused(path, "it must start with / and the service, such as /assets/1");
    }
    if (encoded.equals("/")) {
      throw refused(path, "it names no service");
    }
    if (encoded.contains("//")) {
      throw refused(path, "it has an empty segment");
    }
    var decoded = encoded;
    for (int i = 0; i < DECODINGS; i++) {
      decoded = decode(decoded);
      for (var segment : decoded.split("[/\\\\]", -1)) {
        requireSafe(path, segment);
      }
    }
  }

  private static void requireSafe(String path, String segment) {
    var name = segment.contains(";") ? segment.substring(0, segment.indexOf(';')) : segment;
    if (name.equals(".") || name.equals("..")) {
      throw refused(path, "it has a dot segment");
    }
    if (segment.chars().anyMatch(Character::isISOControl)) {
      throw refused(path, "it holds an encoded control character");
    }
  }

  /** ASCII escapes only: nothing else matters to the checks. */
  private static String decode(String encoded) {
    return ESCAPE
        .matcher(encoded)
        .replaceAll(
            escape -> {
              var octet = Integer.parseInt(escape.group().substring(1), 16);
              return octet < 0x80
                  ? java.util.regex.Matcher.quoteReplacement(Character.toString(octet))
                  : "_";
            });
  }

  private static IllegalArgumentException refused(String path, String why) {
    return new IllegalArgumentException(
        "The path " + show(path) + " cannot be called: " + why + ".");
  }

  /** The path for a message: no control characters, not too long, no query. */
  private static String show(String path) {
    var query = path.indexOf('?');
    var visible = query < 0 ? path : path.substring(0, query) + "?…";
    var clean = visible.replaceAll("\\p{Cc}", "\uFFFD");
    return clean.length() <= 200 ? clean : clean.substring(0, 200) + "…";
  }
}
