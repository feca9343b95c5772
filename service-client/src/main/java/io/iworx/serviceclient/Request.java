package io.iworx.serviceclient;

import io.iworx.correlation.Correlation;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a call as it goes out.
 *
 * @param call what is called
 * @param correlation the context it is called in
 * @param body the encoded body; null when there is none or it is streamed
 * @param deadline when it is over
 * @param headers all but those of the connection, by lower-case name
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
    var all = new HashMap<>(headers);
    all.putAll(more);
    return new Request(call, correlation, body, deadline, all, attempt);
  }

  Request nextAttempt() {
    return new Request(call, correlation, body, deadline, headers, attempt + 1);
  }
}
