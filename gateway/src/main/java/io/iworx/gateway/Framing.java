package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Set;

/** Where a request's body ends (RFC 9112 §6): one meaning, or none of it is read. */
final class Framing {
  private static final int MAX_DIGITS = 18;

  private static final Set<String> LOOKALIKES =
      Set.of("transfer-encoding", "content-length", "host", "connection");

  private Framing() {}

  /** Whether a server that takes {@code _} for {@code -} would read the name as framing. */
  static boolean looksLike(AsciiString name) {
    return name.contains("_") && LOOKALIKES.contains(name.toString().replace('_', '-'));
  }

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
      return Request.CHUNKED;
    }
    if (lengths.isEmpty()) {
      return 0;
    }
    if (lengths.size() > 1) {
      throw RefusedException.badRequest("There is more than one content-length.");
    }
    return length(lengths.getFirst());
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
