package io.iworx.gateway;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** A request's head as a target that speaks HTTP/2 gets it, and the head of its answer as ours. */
final class Http2UpstreamHead {
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString[] NONE = {};

  private Http2UpstreamHead() {}

  /**
   * Without what frames a message of HTTP/1.1; the head itself stays as it is, to be sent again.
   */
  static Http2Headers request(HttpRequest head, boolean tls) {
    var headers = head.headers();
    var fields = new ArrayList<AsciiString>(2 * headers.size());
    for (var each = headers.iteratorCharSequence(); each.hasNext(); ) {
      var field = each.next();
      var name = AsciiString.of(field.getKey()).toLowerCase();
      if (!name.contentEquals(HttpHeaderNames.HOST)
          && !name.contentEquals(HttpHeaderNames.TRANSFER_ENCODING)
          && !name.contentEquals(HttpHeaderNames.CONNECTION)) {
        fields.add(name);
        fields.add(AsciiString.of(field.getValue()));
      }
    }
    return ReadOnlyHttp2Headers.clientHeaders(
        false,
        head.method().asciiName(),
        AsciiString.of(head.uri()),
        tls ? HTTPS : HTTP,
        AsciiString.of(headers.get(HttpHeaderNames.HOST)),
        fields.toArray(NONE));
  }

  /** The status; -1 when there is none, or no such. */
  static int status(Http2Headers fields) {
    var text = fields.status();
    if (text == null || text.length() != 3) {
      return -1;
    }
    var status = 0;
    for (int i = 0; i < 3; i++) {
      if (!Chars.digit((byte) text.charAt(i))) {
        return -1;
      }
      status = 10 * status + text.charAt(i) - '0';
    }
    return status >= 100 && status < 600 ? status : -1;
  }

  static HttpResponse answer(int status, Http2Headers fields) {
    return new DefaultHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), headers(fields));
  }

  /** The fields behind an answer's body; null when there are none. */
  static @Nullable HttpHeaders trailers(Http2Headers fields) {
    return fields.isEmpty() ? null : headers(fields);
  }

  /** Netty has checked names and values, byte by byte. */
  private static HttpHeaders headers(Http2Headers fields) {
    var headers = DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (var field : fields) {
      if (field.getKey().charAt(0) != ':') {
        headers.add(field.getKey(), field.getValue());
      }
    }
    return headers;
  }
}
