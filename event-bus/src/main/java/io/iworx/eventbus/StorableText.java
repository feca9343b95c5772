package io.iworx.eventbus;

import tools.jackson.databind.JsonNode;

/**
 * Text that every log can keep: PostgreSQL has no NUL, and half a surrogate pair is no character.
 */
final class StorableText {
  private StorableText() {}

  /** Checks every text and every member name of a tree. */
  static void requireStorable(String what, JsonNode tree) {
    if (tree.isString()) {
      var _ = requireStorable(what, tree.stringValue());
    }
    for (var member : tree.properties()) {
      var _ = requireStorable(what, member.getKey());
      requireStorable(what, member.getValue());
    }
    if (tree.isArray()) {
      tree.forEach(element -> requireStorable(what, element));
    }
  }

  /**
   * Checks a text.
   *
   * @return its length in bytes of UTF-8
   */
  static int requireStorable(String what, String text) {
    var bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == 0) {
        throw new InvalidEventException(
            what + " holds a NUL character, which cannot be stored; remove it or encode the text.");
      }
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new InvalidEventException(
              what + " holds half a surrogate pair, which is no Unicode text.");
        }
        i++;
        bytes++; // four bytes for the two of them
      }
    }
    return bytes;
  }
}
