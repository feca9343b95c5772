package io.iworx.sagas;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Values as they are recorded: JSON of a limited size. */
record SagaJson(int maxBytes) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /**
   * @throws UnstorableValue when the value is no JSON
   */
  String encodeAny(String what, @Nullable Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new UnstorableValue(what + " cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * @throws UnstorableValue when the value is no JSON, or too large
   */
  String encode(String what, @Nullable Object value) {
    var json = encodeAny(what, value);
    // Only a text near the limit is worth counting its bytes.
    if (json.length() > maxBytes / 3 && json.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
      throw new UnstorableValue(
          what
              + " is "
              + json.length()
              + " characters of JSON, more than the "
              + maxBytes
              + " bytes a saga keeps; keep the large part elsewhere and return its id.",
          null);
    }
    return json;
  }

  /**
   * @throws SagaException when the JSON does not fit the type
   */
  @Nullable Object decode(String what, @Nullable String json, Class<?> type) {
    if (json == null) {
      return null;
    }
    try {
      return MAPPER.readValue(json, type);
    } catch (JacksonException e) {
      throw new SagaException(
          what + " cannot be read as " + type.getName() + ": " + e.getOriginalMessage(), e);
    }
  }

  /** What a text says that is JSON. */
  JsonNode read(String json) {
    return MAPPER.readTree(json);
  }

  /** Whether two texts are the same JSON, whatever the order of members. */
  boolean same(String one, String other) {
    return one.equals(other) || MAPPER.readTree(one).equals(MAPPER.readTree(other));
  }
}
