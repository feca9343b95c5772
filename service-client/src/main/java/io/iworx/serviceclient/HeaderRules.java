package io.iworx.serviceclient;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What may stand in a header, and which headers a call may set. */
final class HeaderRules {
  private static final Pattern NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern VALUE =
      Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e\\t]*[\\x21-\\x7e])?");

  /** The client's own: identity and context come from the scope, framing from the body. */
  private static final Set<String> OWN =
      Set.of(
          "authorization",
          "apikey",
          "idempotency-key",
          "x-correlation-id",
          "x-causation-id",
          "x-calling-service",
          "x-user-id",
          "x-organization-id",
          "x-cross-project-access",
          "x-request-deadline-ms",
          "x-attempt",
          "x-iworx-identity",
          "traceparent",
          "tracestate",
          "baggage",
          "host",
          "connection",
          "content-length",
          "transfer-encoding",
          "te",
          "trailer",
          "upgrade",
          "keep-alive",
          "proxy-connection",
          "proxy-authorization",
          "expect",
          "accept-encoding");

  private HeaderRules() {}

  static Map<String, String> checked(Map<String, String> headers) {
    if (headers.isEmpty()) {
      return Map.of();
    }
    var checked = new LinkedHashMap<String, String>();
    headers.forEach(
        (name, value) -> {
          var lower = name.toLowerCase(Locale.ROOT);
          if (!NAME.matcher(lower).matches()) {
            throw new IllegalArgumentException("A header name of the call is not a token.");
          }
          if (OWN.contains(lower)) {
            throw new IllegalArgumentException(
                "The client sets the header "
                    + lower
                    + " itself; change the context, the settings or the call instead.");
          }
          checked.put(lower, requireValue("header " + lower, value));
        });
    return Map.copyOf(checked);
  }

  /** Any header value: visible ASCII, spaces inside. The message never shows it. */
  static String requireValue(String what, String value) {
    if (!VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "The " + what + " must be visible ASCII characters on one line to go into a header.");
    }
    return value;
  }
}
