package io.iworx.gateway;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A refusal or failure the gateway answers itself: RFC 9457, with the members the platform's
 * clients read. The message is a fixed sentence, never an exception's text or an inner address.
 */
record Problem(
    int status, String error, String message, Map<String, Object> members, int retryAfter) {
  static final String CONTENT_TYPE = "application/problem+json";

  static final Problem NOT_UNDER_API =
      of(400, "Bad request", "Paths begin with /api/ and a service's name.");
  static final Problem AMBIGUOUS_PATH =
      of(400, "Bad request", "The path has a part that servers understand differently.");
  static final Problem UNAUTHORIZED = of(401, "Unauthorized", "A valid bearer token is needed.");
  static final Problem FORBIDDEN =
      of(403, "Forbidden", "The caller has not the role or claim that the route requires.");
  static final Problem IDENTITY_UNAVAILABLE =
      of(503, "Service unavailable", "The caller cannot be looked up at the moment.");
  static final Problem BAD_HANDSHAKE =
      of(400, "Bad request", "The request for a WebSocket is malformed.");
  static final Problem NO_WEBSOCKETS = of(400, "Bad request", "The service takes no WebSockets.");
  static final Problem ORIGIN_NOT_ALLOWED =
      of(403, "Forbidden", "Pages of this origin may not open WebSockets here.");
  static final Problem NO_ROUTE =
      of(404, "Not found", "The service has no route for such a request.");
  static final Problem METHOD_NOT_ALLOWED =
      of(405, "Method not allowed", "The method is not allowed here.");
  static final Problem CLIENT_TOO_SLOW =
      of(408, "Request timeout", "The request was not complete in time.");
  static final Problem KEY_RUNNING =
      of(409, "Conflict", "A request with this idempotency key is under way.").withRetryAfter(1);
  static final Problem KEY_UNKNOWN =
      of(
          409,
          "Conflict",
          "Whether the first request with this idempotency key took effect is not known.");
  static final Problem KEY_DONE =
      of(
          409,
          "Conflict",
          "The request with this idempotency key is done; its answer was too large to be kept.");
  static final Problem KEY_OF_ANOTHER =
      of(422, "Unprocessable request", "The idempotency key was used for another request.");
  static final Problem KEYS_NOT_KEPT =
      of(503, "Service unavailable", "Idempotency keys cannot be kept at the moment.")
          .withRetryAfter(1);
  static final Problem KEYED_BODY_TOO_LARGE =
      of(
          413,
          "Request body too large",
          "A request with an idempotency key may have a body of at most 1 MiB here.");
  static final Problem BODY_TOO_LARGE =
      of(413, "Request body too large", "The request body is larger than allowed.");
  static final Problem URI_TOO_LONG =
      of(414, "URI too long", "The request target is longer than allowed.");
  static final Problem EXPECTATION_FAILED =
      of(417, "Expectation failed", "The only expectation known is 100-continue.");
  static final Problem WEBSOCKET_VERSION =
      of(426, "Upgrade required", "The only WebSocket version known is 13.");
  static final Problem HEADER_TOO_LARGE =
      of(431, "Request header too large", "The header fields are larger or more than allowed.");
  static final Problem INTERNAL =
      of(500, "Internal error", "The gateway failed; the correlation id is in its log.");
  static final Problem METHOD_UNKNOWN = of(501, "Not implemented", "The method is not known.");
  static final Problem BAD_ANSWER = of(502, "Bad gateway", "The service's answer was broken.");
  static final Problem KEYS_UNAVAILABLE =
      of(503, "Service unavailable", "Tokens cannot be verified at the moment.");
  static final Problem TOO_MANY_CONNECTIONS =
      of(503, "Service unavailable", "The gateway has too many connections.");
  static final Problem TOO_MANY_WEBSOCKETS =
      of(503, "Service unavailable", "The gateway has too many WebSockets.");
  static final Problem TOO_LATE = of(504, "Gateway timeout", "The service did not answer in time.");
  static final Problem VERSION_UNKNOWN =
      of(505, "HTTP version not supported", "Only HTTP/1.0 and HTTP/1.1 are understood.");

  private static final JsonMapper JSON = new JsonMapper();

  private static Problem of(int status, String error, String message) {
    return new Problem(status, error, message, Map.of(), 0);
  }

  static Problem badRequest(String message) {
    return of(400, "Bad request", message);
  }

  static Problem unknownService(List<String> available) {
    return new Problem(
        404,
        "Unknown service",
        "There is no such service.",
        Map.of("availableServices", available),
        0);
  }

  /** Nothing was sent to the service: safe to repeat. */
  static Problem unreachable(String service) {
    return new Problem(
        503,
        "Service unavailable",
        "The service cannot be reached; nothing was sent to it.",
        Map.of("service", service),
        0);
  }

  /** As many requests wait for the service as may; nothing was sent to it. */
  static Problem overloaded(String service) {
    return new Problem(
        503,
        "Service unavailable",
        "Too many requests wait for the service; this one was not sent.",
        Map.of("service", service),
        1);
  }

  /** More than the service answers in time; this one was not sent. */
  static Problem shed(String service) {
    return new Problem(
        503,
        "Service unavailable",
        "The service has as many requests as it answers in time; this one was not sent.",
        Map.of("service", service),
        1);
  }

  /** The caller has had what the route's rate limit gives it. */
  static Problem tooManyRequests(int retryAfter) {
    return new Problem(
        429,
        "Too many requests",
        "There were too many requests; repeat after the time in retry-after.",
        Map.of(),
        retryAfter);
  }

  Problem withRetryAfter(int seconds) {
    return new Problem(status, error, message, members, seconds);
  }

  Problem withService(@Nullable String service) {
    return service == null
        ? this
        : new Problem(status, error, message, Map.of("service", service), retryAfter);
  }

  /** With the service's name where its side failed, and nothing is said yet. */
  Problem named(@Nullable String service) {
    return members.isEmpty() && status >= 502 ? withService(service) : this;
  }

  Problem with(String name, Object value) {
    var more = new LinkedHashMap<>(members);
    more.put(name, value);
    return new Problem(status, error, message, more, retryAfter);
  }

  Reply reply(String correlationId) {
    var body = new LinkedHashMap<String, Object>();
    body.put("type", "about:blank");
    body.put("title", error);
    body.put("status", status);
    body.put("error", error);
    body.put("message", message);
    body.putAll(members);
    body.put("correlationId", correlationId);
    return new Reply(status, CONTENT_TYPE, JSON.writeValueAsBytes(body), retryAfter, List.of());
  }
}
