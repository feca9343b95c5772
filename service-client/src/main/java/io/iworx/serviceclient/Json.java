package io.iworx.serviceclient;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON as the platform writes it: unknown members are ignored, dates are ISO 8601. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /** An error sentence longer than this is cut. */
  private static final int MAX_ERROR_LENGTH = 500;

  private Json() {}

  static byte[] write(Object body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "A body of " + body.getClass().getName() + " cannot be written as JSON.", e);
    }
  }

  /** Null for the JSON literal null. */
  static @Nullable Object read(byte[] json, Type type) {
    return MAPPER.readValue(json, MAPPER.constructType(type));
  }

  static Type listOf(Class<?> element) {
    return MAPPER.getTypeFactory().constructCollectionType(List.class, element);
  }

  /** The platform's {@code error} member on one line; null when the text has none. */
  static @Nullable String errorMember(byte[] text) {
    try {
      var error = MAPPER.readTree(text).path("error");
      return error.isString() ? oneLine(error.stringValue()) : null;
    } catch (JacksonException e) {
      return null; // not JSON: then it has no such member
    }
  }

  private static String oneLine(String text) {
    var clean = text.replaceAll("\\p{Cc}+", " ").strip();
    return clean.length() <= MAX_ERROR_LENGTH ? clean : clean.substring(0, MAX_ERROR_LENGTH) + "…";
  }
}
