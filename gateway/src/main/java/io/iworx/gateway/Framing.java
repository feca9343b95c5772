package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Set;

/** Where a request's body ends (RFC 9112 §6): one meaning, or none of it is read. */
final class Framing {
  private static final int MAX_DIGITS = 18;

  private static final Set<AsciiString> DECISIVE =
      Set.of(
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("content-length"),
          AsciiString.cached("host"),
          AsciiString.cached("connection"));

  private Framing() {}

  /** Whether some server would read the name as one that decides what a message is. */
  static boolean looksLike(AsciiString name) {
    var canonical = HeaderRules.canonical(name);
    return !canonical.equals(name) && DECISIVE.contains(canonical);
  }

  /**
   * The length, or {@link Request#CHUNKED}; the header that says it is left in its plainest form.
   */
  static long bodyLength(HttpHeaders headers, boolean http10) {
    var codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    var lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (!codings.isEmpty()) {
      if (http10
          || !lengths.isEmpty()
          || codings.size() > 1
          || !codings.getFirst().equalsIgnoreCase("chunked")) {
        throw RefusedException.badRequest("The request's framing is ambiguous.");
      }
      if (!codings.getFirst().equals("chunked")) {
        headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      }
      return Request.CHUNKED;
    }
    if (lengths.isEmpty()) {
      return 0;
    }
    if (lengths.size() > 1) {
      throw RefusedException.badRequest("There is more than one content-length.");
    }
    var length = length(lengths.getFirst());
    if (lengths.getFirst().startsWith("0")) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length)); // 007 is octal to some
    }
    return length;
  }

  private static long length(String text) {
    var digits = !text.isEmpty() && text.length() <= MAX_DIGITS;
    for (int i = 0; digits && i < text.length(); i++) {
      digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (!digits) {
      throw RefusedException.badRequest("The content-length is no number.");
    }
    return Long.parseLong(text);
  }
}
