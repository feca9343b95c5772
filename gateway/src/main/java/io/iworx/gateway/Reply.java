package io.iworx.gateway;

import java.util.List;
import java.util.Map;

/**
 * An answer the gateway makes itself.
 *
 * @param contentType empty when there is no body
 * @param retryAfter seconds after which a repetition makes sense; 0 when nothing is said of it
 * @param headers what else its head says
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
record Reply(
    int status,
    String contentType,
    byte[] body,
    int retryAfter,
    List<Map.Entry<String, String>> headers) {
  static final Reply NO_CONTENT = new Reply(204, "", new byte[0], 0, List.of());

  static Reply json(byte[] body) {
    return new Reply(200, "application/json", body, 0, List.of());
  }
}
