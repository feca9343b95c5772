package io.iworx.gateway;

import io.netty.util.AsciiString;

/** The character classes of RFC 9110, for bytes. */
final class Chars {
  private static final boolean[] TOKEN = new boolean[128];

  static {
    for (char c = '0'; c <= 'z'; c++) {
      TOKEN[c] = Character.isLetterOrDigit(c);
    }
    for (var c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
  }

  private Chars() {}

  static boolean token(byte c) {
    return c >= 0 && TOKEN[c];
  }

  static boolean blank(byte c) {
    return c == ' ' || c == '\t';
  }

  /** What no field may hold: it would end a line, or end a text, for some reader. */
  static boolean control(byte c) {
    return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f;
  }

  /** Whether all of it is visible ASCII. */
  static boolean visible(AsciiString text) {
    for (int i = 0; i < text.length(); i++) {
      var c = text.byteAt(i);
      if (c <= 0x20 || c == 0x7f) { // negative: not ASCII
        return false;
      }
    }
    return true;
  }

  static boolean digit(byte c) {
    return c >= '0' && c <= '9';
  }

  /** The value of a hexadecimal digit; -1 for any other byte. */
  static int hex(byte c) {
    return c < 0 ? -1 : Character.digit((char) c, 16);
  }
}
