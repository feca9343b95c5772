package io.iworx.gateway;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one header block, checked in the order they come (RFC 9113 §8.2 and §8.3) and put
 * where the rest of the gateway looks for them. HTTP/2 names bytes by length, so a field may hold
 * what would be several lines, or another request, to a server that speaks HTTP/1.1: nothing of the
 * kind gets past here.
 */
final class Http2Fields extends DefaultHttp2Headers {
  /** What belongs to one connection of HTTP/1.1 has no meaning here, and one behind us. */
  private static final Set<AsciiString> FORBIDDEN =
      Set.of(
          AsciiString.cached("connection"),
          AsciiString.cached("proxy-connection"),
          AsciiString.cached("keep-alive"),
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("upgrade"));

  private final HttpHeaders headers =
      DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  private @Nullable AsciiString method;
  private @Nullable AsciiString scheme;
  private @Nullable AsciiString authority;
  private @Nullable AsciiString path;
  private @Nullable String cookies;
  private int fields;
  private long declared = -1;
  private boolean regular;
  private boolean malformed;

  Http2Fields() {
    super(false, false, 2); // the fields are kept elsewhere
  }

  /** Takes a field; called by the decoder of header blocks. */
  @Override
  public Http2Headers add(CharSequence name, CharSequence value) {
    if (!malformed) {
      malformed = !take(AsciiString.of(name), AsciiString.of(value));
    }
    return this;
  }

  private boolean take(AsciiString name, AsciiString value) {
    if (name.isEmpty() || !soundValue(value)) {
      return false;
    }
    if (name.byteAt(0) == ':') {
      return !regular && pseudo(name, value);
    }
    regular = true;
    if (!soundName(name) || FORBIDDEN.contains(name) || Framing.looksLike(name)) {
      return false;
    }
    if (name.contentEquals(HttpHeaderNames.TE)
        && !value.contentEqualsIgnoreCase(HttpHeaderValues.TRAILERS)) {
      return false;
    }
    if (++fields > HeadParser.MAX_FIELDS) {
      return true; // told when the request is made
    }
    if (name.contentEquals(HttpHeaderNames.COOKIE)) {
      cookies = cookies == null ? value.toString() : cookies + "; " + value;
    } else {
      headers.add(name, value);
    }
    return true;
  }

  private boolean pseudo(AsciiString name, AsciiString value) {
    var first = false;
    switch (name.toString()) {
      case ":method" -> {
        first = method == null;
        method = value;
      }
      case ":scheme" -> {
        first = scheme == null;
        scheme = value;
      }
      case ":authority" -> {
        first = authority == null;
        authority = value;
      }
      case ":path" -> {
        first = path == null;
        path = value;
      }
      default -> {} // of an answer, or of an extension that was not announced
    }
    return first;
  }

  private static boolean soundName(AsciiString name) {
    for (int i = 0; i < name.length(); i++) {
      var c = name.byteAt(i);
      if (!Chars.token(c) || (c >= 'A' && c <= 'Z')) {
        return false;
      }
    }
    return true;
  }

  private static boolean soundValue(AsciiString value) {
    for (int i = 0; i < value.length(); i++) {
      if (Chars.control(value.byteAt(i))) {
        return false;
      }
    }
    return value.isEmpty()
        || !(Chars.blank(value.byteAt(0)) || Chars.blank(value.byteAt(value.length() - 1)));
  }

  /** Whether they may be trailers: no pseudo-header among them. */
  boolean soundTrailers() {
    return !malformed && method == null && scheme == null && authority == null && path == null;
  }

  /**
   * The request; null when the fields are none by RFC 9113.
   *
   * @param ended whether the request has no body
   * @throws RefusedException when it is one that the gateway does not take
   */
  @Nullable Request request(boolean ended, Limits limits) {
    var asked = method;
    if (malformed || asked == null || asked.isEmpty() || !soundName(asked.toLowerCase())) {
      return null;
    }
    if (fields > HeadParser.MAX_FIELDS) {
      throw new RefusedException(Problem.HEADER_TOO_LARGE);
    }
    if (asked.length() > HeadParser.MAX_METHOD) {
      throw new RefusedException(Problem.METHOD_UNKNOWN);
    }
    var target = asked.contentEquals(HttpMethod.CONNECT.asciiName()) ? authority : target(limits);
    if (target == null) {
      return null;
    }
    return request(HttpMethod.valueOf(asked.toString()), target.toString(), ended);
  }

  private @Nullable AsciiString target(Limits limits) {
    var target = path;
    if (target == null || scheme == null || target.isEmpty() || !Chars.visible(target)) {
      return null;
    }
    if (!scheme.contentEqualsIgnoreCase("http") && !scheme.contentEqualsIgnoreCase("https")) {
      throw RefusedException.badRequest("The scheme is neither http nor https.");
    }
    if (target.length() > limits.maxUri()) {
      throw new RefusedException(Problem.URI_TOO_LONG);
    }
    return target.byteAt(0) == '/' || target.contentEquals("*") ? target : null;
  }

  private @Nullable Request request(HttpMethod asked, String target, boolean ended) {
    host();
    if (cookies != null) {
      headers.set(HttpHeaderNames.COOKIE, cookies);
    }
    HeadParser.checkExpectation(headers);
    var originForm = Authority.check(asked, target, headers, false);
    if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      declared = Framing.bodyLength(headers, false);
    }
    if (ended && declared > 0) {
      return null;
    }
    return new Request(asked, originForm, headers, bodyLength(ended), false, true);
  }

  private void host() {
    if (authority == null) {
      return;
    }
    var host = headers.get(HttpHeaderNames.HOST);
    if (host == null) {
      headers.set(HttpHeaderNames.HOST, authority);
    } else if (!authority.contentEqualsIgnoreCase(host)) {
      throw RefusedException.badRequest("The host header is not the authority.");
    }
  }

  /** As HTTP/1.1 will need it: a body is chunked where only its end will tell its length. */
  private long bodyLength(boolean ended) {
    if (ended) {
      return 0;
    }
    if (declared > 0) {
      return declared;
    }
    headers.remove(HttpHeaderNames.CONTENT_LENGTH);
    headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    return Request.CHUNKED;
  }

  /** Bytes the request says its body has; -1 when it says nothing. */
  long declaredLength() {
    return declared;
  }
}
