package io.iworx.gateway;

/**
 * An answer the gateway makes itself.
 *
 * @param contentType empty when there is no body
 * @param retryAfter seconds after which a repetition makes sense; 0 when nothing is said of it
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
record Reply(int status, String contentType, byte[] body, int retryAfter) {
  static final Reply NO_CONTENT = new Reply(204, "", new byte[0], 0);

  static Reply json(byte[] body) {
    return new Reply(200, "application/json", body, 0);
  }
}
