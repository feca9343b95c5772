package io.iworx.eventbus;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Payloads and metadata as JSON objects. What is written is read again before it is accepted, so
 * that nothing gets into the log that no reader can take out.
 */
final class Payloads {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .changeDefaultPropertyInclusion(it -> it.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private Payloads() {}

  /** An object as text and as a tree. */
  record Encoded(String json, JsonNode tree) {

    /** A member that is text or a number, as text. */
    @Nullable String member(String name) {
      var value = tree.get(name);
      return value != null && value.isValueNode() && !value.isNull() ? value.asString() : null;
    }
  }

  /**
   * @param what for the message: {@code The payload of event E}
   * @throws InvalidEventException when it is no JSON object, too large, or not storable
   */
  static Encoded encode(String what, Object value, int maxBytes) {
    var encoded = roundTrip(what, value);
    if (!encoded.tree().isObject()) {
      throw new InvalidEventException(
          what
              + " must be written as a JSON object, but "
              + value.getClass().getName()
              + " is written as "
              + encoded.tree().getNodeType()
              + ".");
    }
    var bytes = encoded.json().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > maxBytes) {
      throw new InvalidEventException(
          what
              + " has "
              + bytes
              + " bytes, the limit is "
              + maxBytes
              + "; keep what is large elsewhere and publish a reference to it.");
    }
    StorableText.requireStorable(what, encoded.tree());
    return encoded;
  }

  /**
   * @throws JacksonException when it is no JSON object, or does not fit the type
   */
  static <T> T decode(String json, Class<T> type) {
    var tree = JSON.readTree(json);
    if (!tree.isObject()) {
      throw new StreamReadException("a payload is an object, not " + tree.getNodeType());
    }
    return JSON.treeToValue(tree, type);
  }

  /** A JSON object as a map. */
  static Map<String, Object> decodeObject(String json) {
    return JSON.readValue(json, OBJECT);
  }

  private static Encoded roundTrip(String what, Object value) {
    try {
      var json = JSON.writeValueAsString(value);
      return new Encoded(json, JSON.readTree(json));
    } catch (JacksonException e) {
      throw new InvalidEventException(
          what + " cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }
}
