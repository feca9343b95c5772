package io.iworx.gateway;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses that begin alike: {@code 10.0.0.0/8}, {@code fd00::/8}, or a single one. */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
record AddressRange(byte[] address, int bits) {
  private static final Pattern IPV4 =
      Pattern.compile("(?:0|[1-9][0-9]{0,2})(?:\\.(?:0|[1-9][0-9]{0,2})){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final Pattern BITS = Pattern.compile("0|[1-9][0-9]{0,2}");

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException with a sentence, when it is none
   */
  static AddressRange of(String text) {
    var slash = text.indexOf('/');
    var literal = literal(slash < 0 ? text : text.substring(0, slash));
    if (literal == null || (slash >= 0 && !BITS.matcher(text.substring(slash + 1)).matches())) {
      throw wrong(text);
    }
    var address = literal.getAddress();
    var all = 8 * address.length;
    var bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
    if (bits > all) {
      throw wrong(text);
    }
    return new AddressRange(address, bits);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "must be addresses such as 10.0.0.0/8, 192.0.2.7 or fd00::/8 but has " + text + ".");
  }

  /** The address that is written out; null when it is none. Nothing is looked up. */
  static @Nullable InetAddress literal(String text) {
    if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  boolean contains(InetAddress other) {
    var bytes = other.getAddress();
    if (bytes.length != address.length) {
      return false;
    }
    var whole = bits / 8;
    for (int i = 0; i < whole; i++) {
      if (bytes[i] != address[i]) {
        return false;
      }
    }
    var mask = 0xff00 >> (bits % 8) & 0xff;
    return mask == 0 || (bytes[whole] & mask) == (address[whole] & mask);
  }
}
