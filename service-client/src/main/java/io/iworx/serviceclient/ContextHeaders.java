package io.iworx.serviceclient;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.IdempotencyKey;
import java.time.Clock;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says who calls, for whom and why: context, own token, asserted identity, idempotency key. */
final class ContextHeaders implements Interceptor {
  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);

  private final String serviceName;
  private final ClientSettings settings;
  private final Clock clock;

  ContextHeaders(String serviceName, ClientSettings settings, Clock clock) {
    this.serviceName = serviceName;
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public Reply intercept(Request request, Chain rest) {
    var headers = new HashMap<String, String>();
    CorrelationHeaders.write(
        request.correlation().withDeadline(null),
        serviceName,
        clock,
        (name, value) ->
            headers.put(name, HeaderRules.requireValue(name + " of the context", value)));
    var apiKey = settings.apiKey();
    if (apiKey != null) {
      headers.put("apikey", apiKey);
    }
    var key = idempotencyKey(request.call());
    if (key != null) {
      headers.put(CorrelationHeaders.IDEMPOTENCY_KEY, key);
    }
    var credentials = settings.credentials();
    if (credentials != null) {
      try {
        headers.put("authorization", "Bearer " + token(credentials));
      } catch (RuntimeException e) {
        log.warn("[Service Client] {}: the credentials gave no token", request.call(), e);
        return new Reply.Unanswered(
            ClassifiedFailure.kindOf(e),
            "The service's own token is not to be had, so nothing was sent",
            false,
            request.attempt() - 1);
      }
    }
    return rest.proceed(request.withHeaders(headers));
  }

  /** The one in scope names one request, so it is not spent on what is idempotent by itself. */
  private static @Nullable String idempotencyKey(Call<?> call) {
    var explicit = call.idempotencyKey();
    return explicit != null || call.method().idempotent()
        ? explicit
        : IdempotencyKey.current().orElse(null);
  }

  private static String token(Credentials credentials) {
    return HeaderRules.requireValue("token of the credentials", credentials.token());
  }
}
