package io.iworx.gateway;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;

/** The head of an answer as HTTP/2 has it: lower case, nothing of the connection it came by. */
final class Http2Answer {
  static final Http2Headers CONTINUE =
      ReadOnlyHttp2Headers.serverHeaders(false, HttpResponseStatus.CONTINUE.codeAsText());

  private static final AsciiString[] NONE = {};

  private Http2Answer() {}

  /** Fields for an answer of the gateway's own. */
  static HttpHeaders fields() {
    return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  }

  /** The fields without what frames a message of HTTP/1.1. */
  static Http2Headers of(int status, HttpHeaders headers) {
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    return ReadOnlyHttp2Headers.serverHeaders(
        false, HttpResponseStatus.valueOf(status).codeAsText(), names(headers));
  }

  /** The fields behind a body. */
  static Http2Headers trailers(HttpHeaders trailers) {
    return ReadOnlyHttp2Headers.trailers(false, names(trailers));
  }

  /** Names in lower case, each with its value behind it. */
  private static AsciiString[] names(HttpHeaders headers) {
    var fields = new ArrayList<AsciiString>(2 * headers.size());
    for (var each = headers.iteratorCharSequence(); each.hasNext(); ) {
      var field = each.next();
      fields.add(AsciiString.of(field.getKey()).toLowerCase());
      fields.add(AsciiString.of(field.getValue()));
    }
    return fields.toArray(NONE);
  }
}
