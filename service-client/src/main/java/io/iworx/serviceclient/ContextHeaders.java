package io.iworx.serviceclient;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.IdempotencyKey;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says who calls, for whom and why: context, own token, asserted identity, idempotency key. */
final class ContextHeaders {
  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);

  private final String serviceName;
  private final ClientSettings settings;
  private final Clock clock;

  ContextHeaders(String serviceName, ClientSettings settings, Clock clock) {
    this.serviceName = serviceName;
    this.settings = settings;
    this.clock = clock;
  }

  /** Adds them; the fault is that there is no token to be had. */
  @Nullable Fault addTo(Map<String, String> headers, Call<?> call, Correlation correlation) {
    CorrelationHeaders.write(
        correlation.withDeadline(null),
        serviceName,
        clock,
        (name, value) ->
            headers.put(name, HeaderRules.requireValue(name + " of the context", value)));
    var apiKey = settings.apiKey();
    if (apiKey != null) {
      headers.put("apikey", apiKey);
    }
    var key = idempotencyKey(call);
    if (key != null) {
      headers.put(CorrelationHeaders.IDEMPOTENCY_KEY, key);
    }
    var credentials = settings.credentials();
    return credentials == null ? null : authorize(headers, call, credentials);
  }

  private static @Nullable Fault authorize(
      Map<String, String> headers, Call<?> call, Credentials credentials) {
    try {
      var token = HeaderRules.requireValue("token of the credentials", credentials.token());
      headers.put("authorization", "Bearer " + token);
      return null;
    } catch (RuntimeException e) {
      log.warn("[Service Client] {}: the credentials gave no token", call, e);
      return Fault.refused(
          ClassifiedFailure.kindOf(e),
          "The service's own token is not to be had, so nothing was sent");
    }
  }

  /** The one in scope names one request, so it is not spent on what is idempotent by itself. */
  private static @Nullable String idempotencyKey(Call<?> call) {
    var explicit = call.idempotencyKey();
    return explicit != null || call.method().idempotent()
        ? explicit
        : IdempotencyKey.current().orElse(null);
  }
}
