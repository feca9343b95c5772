package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** What a gateway has to know of gRPC: who speaks it, how long they wait, how they are refused. */
final class Grpc {
  private static final String CONTENT_TYPE = "application/grpc";
  private static final String TIMEOUT = "grpc-timeout";
  private static final String STATUS = "grpc-status";
  private static final String MESSAGE = "grpc-message";
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,8})([HMSmun])");

  private Grpc() {}

  /** Whether a request is a call of gRPC; gRPC-Web is another protocol. */
  static boolean asks(HttpHeaders headers) {
    var type = headers.get(HttpHeaderNames.CONTENT_TYPE);
    return type != null
        && type.startsWith(CONTENT_TYPE)
        && (type.length() == CONTENT_TYPE.length()
            || type.charAt(CONTENT_TYPE.length()) == '+'
            || type.charAt(CONTENT_TYPE.length()) == ';');
  }

  /**
   * Milliseconds that the caller waits, at least one; {@link Long#MAX_VALUE} for as long as may be.
   */
  static long timeoutMillis(HttpHeaders headers) {
    var text = headers.get(TIMEOUT);
    var match = text == null ? null : DURATION.matcher(text);
    if (match == null || !match.matches()) {
      return Long.MAX_VALUE;
    }
    var unit =
        switch (match.group(2)) {
          case "H" -> TimeUnit.HOURS;
          case "M" -> TimeUnit.MINUTES;
          case "S" -> TimeUnit.SECONDS;
          case "m" -> TimeUnit.MILLISECONDS;
          case "u" -> TimeUnit.MICROSECONDS;
          default -> TimeUnit.NANOSECONDS;
        };
    return Math.max(1, unit.toMillis(Long.parseLong(match.group(1))));
  }

  /** Whether the head of an answer is all there is, and says that the service cannot serve. */
  static boolean saysUnavailable(HttpHeaders answer) {
    return "14".equals(answer.get(STATUS));
  }

  /** A refusal as callers of gRPC understand it: a head that says all ("Trailers-Only"). */
  static Reply refusal(Problem problem) {
    return new Reply(
        200,
        CONTENT_TYPE,
        new byte[0],
        problem.retryAfter(),
        List.of(
            Map.entry(STATUS, Integer.toString(status(problem.status()))),
            Map.entry(MESSAGE, encoded(problem.message()))));
  }

  /** The codes of gRPC that say the same. */
  private static int status(int http) {
    return switch (http) {
      case 400, 414, 417, 422, 431 -> 3; // INVALID_ARGUMENT
      case 408, 504 -> 4; // DEADLINE_EXCEEDED
      case 403 -> 7; // PERMISSION_DENIED
      case 413, 429 -> 8; // RESOURCE_EXHAUSTED
      case 409 -> 10; // ABORTED
      case 404, 405, 501 -> 12; // UNIMPLEMENTED
      case 500 -> 13; // INTERNAL
      case 502, 503 -> 14; // UNAVAILABLE
      case 401 -> 16; // UNAUTHENTICATED
      default -> 2; // UNKNOWN
    };
  }

  /** What is not visible ASCII, and the sign for it, by its bytes in hex. */
  private static String encoded(String message) {
    var text = new StringBuilder();
    for (var each : message.getBytes(StandardCharsets.UTF_8)) {
      if (each >= ' ' && each < 0x7f && each != '%') {
        text.append((char) each);
      } else {
        text.append('%').append(String.format("%02X", each));
      }
    }
    return text.toString();
  }
}
