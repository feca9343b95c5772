package io.iworx.correlation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * JSON objects of texts, whole numbers and booleans: as much as an identity token needs, so that
 * this module needs no JSON library.
 */
final class FlatJson {
  private static final String TEXT = "\"((?:[^\"\\\\\\p{Cntrl}]|\\\\[\"\\\\/])*+)\"";
  private static final Pattern MEMBER =
      Pattern.compile("\\s*" + TEXT + "\\s*:\\s*(?:" + TEXT + "|(-?[0-9]{1,18})|(true|false))\\s*");

  private FlatJson() {}

  static String write(Map<String, Object> members) {
    return members.entrySet().stream()
        .map(it -> quoted(it.getKey()) + ":" + value(it.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String value(Object value) {
    return value instanceof String text ? quoted(text) : value.toString();
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /**
   * The members, each once.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  static Map<String, Object> read(String json) {
    var members = new LinkedHashMap<String, Object>();
    var text = json.strip();
    if (!text.startsWith("{") || !text.endsWith("}")) {
      throw new IllegalArgumentException("no object");
    }
    var member = MEMBER.matcher(text);
    var at = 1;
    var end = text.length() - 1;
    while (at < end) {
      member.region(at, end);
      if (!member.lookingAt() || members.put(unescaped(member.group(1)), value(member)) != null) {
        throw new IllegalArgumentException("no flat object, or a member twice");
      }
      at = member.end();
      if (at < end && (text.charAt(at) != ',' || ++at == end)) {
        throw new IllegalArgumentException("no comma between members");
      }
    }
    return members;
  }

  private static Object value(Matcher member) {
    if (member.group(2) != null) {
      return unescaped(member.group(2));
    }
    return member.group(3) != null
        ? (Object) Long.valueOf(member.group(3))
        : Boolean.valueOf(member.group(4));
  }

  private static String unescaped(String text) {
    return text.replaceAll("\\\\([\"\\\\/])", "$1");
  }
}
