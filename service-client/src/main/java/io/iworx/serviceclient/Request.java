package io.iworx.serviceclient;

import io.iworx.correlation.Correlation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way down the interceptors.
 *
 * @param call what is called
 * @param correlation the context it is called in
 * @param body the encoded body; null when there is none
 * @param deadline when it is over
 * @param headers what the interceptors so far want sent, by lower-case name
 * @param attempt which try this is, from 1
 */
record Request(
    Call<?> call,
    Correlation correlation,
    @Nullable Content body,
    Deadline deadline,
    Map<String, String> headers,
    int attempt) {

  /** Whether it may be sent again when nobody knows what became of it. */
  boolean repeatable() {
    return call.method().idempotent() || headers.containsKey("idempotency-key");
  }

  Request withHeaders(Map<String, String> more) {
    var all = new LinkedHashMap<>(headers);
    all.putAll(more);
    return new Request(call, correlation, body, deadline, all, attempt);
  }

  Request nextAttempt() {
    return new Request(call, correlation, body, deadline, headers, attempt + 1);
  }
}
