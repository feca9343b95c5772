package io.iworx.gateway;

import io.iworx.correlation.CorrelationHeaders;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What every answer to a client carries: the correlation id, and CORS for the origins allowed. */
final class ClientHead {
  private static final AsciiString CORRELATION_ID =
      AsciiString.cached(CorrelationHeaders.CORRELATION_ID);
  private static final AsciiString METHODS =
      AsciiString.cached("GET, POST, PUT, PATCH, DELETE, OPTIONS");
  private static final AsciiString ALLOWED =
      AsciiString.cached(
          "authorization, x-client-info, apikey, content-type, x-correlation-id,"
              + " x-calling-service, x-user-id, x-organization-id, idempotency-key");
  private static final AsciiString EXPOSED = AsciiString.cached("x-correlation-id, retry-after");
  private static final AsciiString MAX_AGE = AsciiString.cached("600");
  private static final AsciiString NO_STORE = AsciiString.cached("no-store");
  private static final AsciiString CONTENT_TYPE_OPTIONS =
      AsciiString.cached("x-content-type-options");
  private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");

  private final Cors cors;

  ClientHead(Cors cors) {
    this.cors = cors;
  }

  /** Sets the headers of an answer that a service gave. */
  void forward(int status, HttpHeaders headers, Exchange exchange) {
    HeaderRules.stripDown(headers);
    common(headers, exchange.correlationId(), exchange.origin());
    if (exchange.caller().authenticated() && !headers.contains(HttpHeaderNames.CACHE_CONTROL)) {
      headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE);
    }
    exchange.changeAnswer(status, headers);
  }

  /** Sets the headers of an answer that the gateway gives. */
  void own(
      HttpHeaders headers,
      Reply reply,
      String correlationId,
      @Nullable HttpMethod method,
      @Nullable Origin origin) {
    common(headers, correlationId, origin);
    headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE);
    if (!reply.contentType().isEmpty()) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
      headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
    }
    if (reply.status() != 204 && reply.status() != 304) {
      headers.setInt(HttpHeaderNames.CONTENT_LENGTH, reply.body().length);
    }
    if (reply.retryAfter() > 0) {
      headers.setInt(HttpHeaderNames.RETRY_AFTER, reply.retryAfter());
    }
    if (reply.status() == 401) {
      headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    if (reply.status() == 405 || HttpMethod.OPTIONS.equals(method)) {
      headers.set(HttpHeaderNames.ALLOW, METHODS);
    }
    if (reply.status() == 426) {
      headers.set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
      headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
    }
    if (HttpMethod.OPTIONS.equals(method)) {
      preflight(headers);
    }
    reply.headers().forEach(it -> headers.remove(it.getKey()));
    reply.headers().forEach(it -> headers.add(it.getKey(), it.getValue()));
  }

  /** An answer that the gateway gives, in HTTP/1.1. */
  DefaultFullHttpResponse answer(
      Reply reply, String correlationId, @Nullable Exchange exchange, boolean close) {
    var method = exchange == null ? null : exchange.request().method();
    var body =
        HttpMethod.HEAD.equals(method)
            ? Unpooled.EMPTY_BUFFER
            : Unpooled.wrappedBuffer(reply.body());
    var answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), body);
    own(
        answer.headers(),
        reply,
        correlationId,
        method,
        exchange == null ? null : exchange.origin());
    connection(answer.headers(), close, exchange != null && exchange.request().http10());
    return answer;
  }

  private void common(HttpHeaders headers, String correlationId, @Nullable Origin origin) {
    headers.set(CORRELATION_ID, correlationId);
    headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    var allowed = cors.allowed(origin);
    if (allowed != null) {
      headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
      headers.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
  }

  private static void preflight(HttpHeaders headers) {
    if (headers.contains(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN)) {
      headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
      headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED);
      headers.set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    }
  }

  /** Says whether the connection stays open, in the words the client's version needs. */
  static void connection(HttpHeaders headers, boolean close, boolean http10) {
    if (close) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      if (headers.contains(HttpHeaderNames.UPGRADE)) {
        headers.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      }
    } else if (http10) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
  }
}
