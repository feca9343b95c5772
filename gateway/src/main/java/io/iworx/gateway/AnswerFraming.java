package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;

/** How a client sees where an answer ends. */
final class AnswerFraming {
  private AnswerFraming() {}

  /** Makes the answer's end visible to the client; true when only closing can show it. */
  static boolean frame(Request request, HttpResponse answer) {
    var headers = answer.headers();
    var code = answer.status().code();
    if (request.method().equals(HttpMethod.HEAD) || code == 204 || code == 304) {
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
      return false;
    }
    if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      return false;
    }
    if (request.http10()) {
      headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
      return true;
    }
    headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    return false;
  }
}
