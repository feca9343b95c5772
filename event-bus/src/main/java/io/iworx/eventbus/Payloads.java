package io.iworx.eventbus;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
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

  /**
   * An object as text.
   *
   * @param json the text
   * @param member the member asked for, as text; null when it is no text, number or truth value
   */
  record Encoded(String json, @Nullable String member) {}

  /**
   * @param what for the message: {@code The payload of event E}
   * @param member the name of a member to read out; null for none
   * @throws InvalidEventException when it is no JSON object, too large, or not storable
   */
  static Encoded encode(String what, Object value, int maxBytes, @Nullable String member) {
    var json = write(what, value, maxBytes);
    try (var parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidEventException(
            what
                + " must be written as a JSON object, but "
                + value.getClass().getName()
                + " is not.");
      }
      var found = walk(parser, member);
      // Only an escape can hide in the text what storing it would bring to light.
      if (json.contains("\\u")) {
        StorableText.requireStorable(what, JSON.readTree(json));
      }
      return new Encoded(json, found);
    } catch (JacksonException e) {
      throw unwritable(what, e);
    }
  }

  /** Reads the object to its end, and nothing may come after it. */
  private static @Nullable String walk(JsonParser parser, @Nullable String member) {
    String found = null;
    var depth = 1;
    while (depth > 0) {
      switch (parser.nextToken()) {
        case START_OBJECT, START_ARRAY -> depth++;
        case END_OBJECT, END_ARRAY -> depth--;
        case PROPERTY_NAME -> {
          if (depth == 1 && parser.currentName().equals(member)) {
            var token = parser.nextToken();
            found =
                token.isScalarValue() && token != JsonToken.VALUE_NULL ? parser.getString() : null;
            depth += token.isStructStart() ? 1 : 0;
          }
        }
        case null -> throw new StreamReadException(parser, "the object has no end");
        default -> {}
      }
    }
    if (parser.nextToken() != null) {
      throw new StreamReadException(parser, "something follows the object");
    }
    return found;
  }

  private static String write(String what, Object value, int maxBytes) {
    var text = new BoundedText(maxBytes);
    try {
      JSON.writeValue(text, value);
    } catch (JacksonException e) {
      if (!text.isFull()) {
        throw unwritable(what, e);
      }
    }
    var json = text.toString();
    if (text.isFull() || StorableText.requireStorable(what, json) > maxBytes) {
      throw new InvalidEventException(
          what
              + " is larger than the limit of "
              + maxBytes
              + " bytes; keep what is large elsewhere and publish a reference to it.");
    }
    return json;
  }

  private static InvalidEventException unwritable(String what, JacksonException e) {
    return new InvalidEventException(
        what + " cannot be written as JSON: " + e.getOriginalMessage(), e);
  }

  /**
   * @throws JacksonException when it is no JSON object, or does not fit the type
   */
  static <T> T decode(String json, Class<T> type) {
    try (var parser = JSON.createParser(json)) {
      var first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        throw new StreamReadException(parser, "a payload is an object, not " + first);
      }
      var value = JSON.readValue(parser, type);
      if (parser.nextToken() != null) {
        throw new StreamReadException(parser, "something follows the object");
      }
      return value;
    }
  }

  /** A JSON object as a map. */
  static Map<String, Object> decodeObject(String json) {
    return JSON.readValue(json, OBJECT);
  }
}
