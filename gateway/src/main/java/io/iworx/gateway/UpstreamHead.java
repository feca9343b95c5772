package io.iworx.gateway;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.IdentityToken;
import io.iworx.correlation.TraceContext;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** A request's headers as the service gets them. */
final class UpstreamHead {
  // Not as strings: a header's name is hashed and written with every request.
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString API_KEY = AsciiString.cached("apikey");
  private static final AsciiString CORRELATION_ID =
      AsciiString.cached(CorrelationHeaders.CORRELATION_ID);
  private static final AsciiString CAUSATION_ID =
      AsciiString.cached(CorrelationHeaders.CAUSATION_ID);
  private static final AsciiString CALLING_SERVICE =
      AsciiString.cached(CorrelationHeaders.CALLING_SERVICE);
  private static final AsciiString ATTEMPT = AsciiString.cached(CorrelationHeaders.ATTEMPT);
  private static final AsciiString DEADLINE =
      AsciiString.cached(CorrelationHeaders.REQUEST_DEADLINE_MS);
  private static final AsciiString IDENTITY = AsciiString.cached(IdentityToken.HEADER);
  private static final AsciiString TRACEPARENT = AsciiString.cached(CorrelationHeaders.TRACEPARENT);

  private UpstreamHead() {}

  /** Changes the headers in place: strips, then sets what was verified and all targets get. */
  static void prepare(Exchange exchange) {
    var headers = exchange.request().headers();
    exchange.trailersWanted(asksForTrailers(headers));
    HeaderRules.stripUp(headers);
    if (exchange.trailersWanted() && exchange.upstream().speaksHttp2()) {
      headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
    }
    if (exchange.isUpgrading()) {
      WebSocketHandshake.ask(headers);
    }
    keepSoundTraceContext(headers);
    if (!exchange.route().forwardAuthorization()) {
      headers.remove(HttpHeaderNames.AUTHORIZATION);
      headers.remove(API_KEY);
    }
    headers.set(FORWARDED_FOR, exchange.client().chain());
    headers.set(FORWARDED_PROTO, exchange.client().secure() ? HTTPS : HTTP);
    setIfPresent(headers, FORWARDED_HOST, exchange.client().host());
    headers.set(CORRELATION_ID, exchange.correlationId());
    headers.set(CAUSATION_ID, exchange.hopId());
    var caller = exchange.caller();
    headers.set(CALLING_SERVICE, caller.name());
    setIfPresent(headers, ATTEMPT, caller.attempt());
    CorrelationHeaders.writeIdentity(caller.identity(), headers::set);
    setIfPresent(headers, IDENTITY, exchange.signedIdentity());
  }

  private static boolean asksForTrailers(HttpHeaders headers) {
    if (!headers.contains(HttpHeaderNames.TE)) {
      return false;
    }
    for (var value : headers.getAll(HttpHeaderNames.TE)) {
      for (var coding : value.split(",", -1)) {
        if (coding.strip().equalsIgnoreCase("trailers")) {
          return true;
        }
      }
    }
    return false;
  }

  /** The head of the request as one target gets it, in this attempt. */
  static HttpRequest message(Exchange exchange, Target target, Attempts attempts, long millisLeft) {
    var request = exchange.request();
    var headers = request.headers();
    headers.set(HttpHeaderNames.HOST, target.hostHeader());
    headers.set(DEADLINE, Long.toString(millisLeft));
    if (attempts.repeats()) {
      headers.set(ATTEMPT, Integer.toString(attempts.number()));
    }
    var uri = exchange.upstreamUri(target);
    return request.hasBody()
        ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), uri, headers)
        : new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1,
            request.method(),
            uri,
            Unpooled.EMPTY_BUFFER,
            headers,
            LastHttpContent.EMPTY_LAST_CONTENT.trailingHeaders());
  }

  /** A malformed or doubled trace context would break the trace behind: it goes. */
  private static void keepSoundTraceContext(HttpHeaders headers) {
    if (headers.contains(TRACEPARENT) && traceContext(headers) == null) {
      headers.remove(TRACEPARENT);
      headers.remove(CorrelationHeaders.TRACESTATE);
    }
  }

  static @Nullable TraceContext traceContext(HttpHeaders headers) {
    if (!headers.contains(TRACEPARENT) || headers.getAll(TRACEPARENT).size() > 1) {
      return null;
    }
    return TraceContext.of(
        headers.get(TRACEPARENT),
        headers.get(CorrelationHeaders.TRACESTATE),
        headers.get(CorrelationHeaders.BAGGAGE));
  }

  private static void setIfPresent(HttpHeaders headers, AsciiString name, @Nullable String value) {
    if (value != null) {
      headers.set(name, value);
    }
  }
}
