package io.iworx.console;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;

/**
 * What goes back to the caller.
 *
 * @param status the HTTP status
 * @param contentType with its character set where it has one
 * @param body the whole body
 */
record Answer(int status, String contentType, String body) {
  static final JsonMapper JSON = JsonMapper.builder().build();

  static Answer json(Object value) {
    return json(200, value);
  }

  static Answer json(int status, Object value) {
    return new Answer(status, "application/json", JSON.writeValueAsString(value));
  }

  static Answer jsonText(String text) {
    return new Answer(200, "application/json", text);
  }

  static Answer text(String text) {
    return new Answer(200, "text/plain; charset=utf-8", text);
  }

  byte[] bytes() {
    return body.getBytes(StandardCharsets.UTF_8);
  }
}
