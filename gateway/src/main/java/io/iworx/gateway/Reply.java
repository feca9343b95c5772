package io.iworx.gateway;

/**
 * An answer the gateway makes itself.
 *
 * @param contentType empty when there is no body
 */
@SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
record Reply(int status, String contentType, byte[] body) {
  static final Reply NO_CONTENT = new Reply(204, "", new byte[0]);

  static Reply json(byte[] body) {
    return new Reply(200, "application/json", body);
  }
}
