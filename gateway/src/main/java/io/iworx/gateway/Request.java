package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;

/**
 * The head of a request that is sound: its framing has one meaning, it has one host.
 *
 * @param target as sent, in origin form ({@code *} for OPTIONS, anything for CONNECT)
 * @param headers names in lower case; the gateway changes them in place on the way up
 * @param bodyLength bytes; 0 for no body, {@link #CHUNKED} when only the end will tell
 * @param http10 whether the client speaks HTTP/1.0
 * @param keepAlive whether the client allows another request on the connection
 */
record Request(
    HttpMethod method,
    String target,
    HttpHeaders headers,
    long bodyLength,
    boolean http10,
    boolean keepAlive) {
  static final long CHUNKED = -1;

  Request withMethod(HttpMethod newMethod) {
    return new Request(newMethod, target, headers, bodyLength, http10, keepAlive);
  }

  boolean hasBody() {
    return bodyLength != 0;
  }

  /** Whether the client waits for a sign before it sends the body. */
  boolean expectsContinue() {
    return !http10 && headers.contains(HttpHeaderNames.EXPECT);
  }

  /** Whether the request can be sent twice without harm: nothing to repeat, nothing doubled. */
  boolean replayable() {
    return !hasBody()
        && (method.equals(HttpMethod.GET)
            || method.equals(HttpMethod.HEAD)
            || method.equals(HttpMethod.PUT)
            || method.equals(HttpMethod.DELETE));
  }
}
