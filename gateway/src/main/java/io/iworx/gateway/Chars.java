package io.iworx.gateway;

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

  static boolean digit(byte c) {
    return c >= '0' && c <= '9';
  }

  /** The value of a hexadecimal digit; -1 for any other byte. */
  static int hex(byte c) {
    return c < 0 ? -1 : Character.digit((char) c, 16);
  }
}
