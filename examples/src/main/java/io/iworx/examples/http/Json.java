package io.iworx.examples.http;

import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON as the platform's services speak it: snake_case members, lower-case enums, members nobody
 * knows ignored. What cannot be read is a 400 that names the field.
 */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
          .addModule(new SimpleModule().addDeserializer(Instant.class, new DateOrInstant()))
          .build();

  private Json() {}

  /** The value as JSON text. */
  public static String write(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** A value that is one word in JSON, such as an enum or a date. */
  public static String word(Object value) {
    return MAPPER.valueToTree(value).asString();
  }

  /** The {@link #word} of a value, null for none. */
  public static @Nullable String wordOrNull(@Nullable Object value) {
    return value == null ? null : word(value);
  }

  /** What was written by {@link #write}, as a value of the type. */
  public static Object read(String json, Type type) {
    return MAPPER.readValue(json, MAPPER.constructType(type));
  }

  /** The value as a tree, to be changed. */
  public static ObjectNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * The tree as a value.
   *
   * @throws HttpError 400 when a member does not fit
   */
  public static <T> T value(JsonNode tree, Class<T> type) {
    try {
      return MAPPER.treeToValue(tree, type);
    } catch (JacksonException e) {
      throw e.getCause() instanceof HttpError error ? error : unfit(e);
    }
  }

  /** The body of a request, which must be an object. */
  static ObjectNode object(byte[] body) {
    try {
      if (MAPPER.readTree(body) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException e) {
      throw HttpError.badField("body", "must be valid JSON");
    }
    throw HttpError.badField("body", "must be a JSON object");
  }

  private static HttpError unfit(JacksonException e) {
    var field =
        e.getPath().stream()
            .map(JacksonException.Reference::getPropertyName)
            .filter(Objects::nonNull)
            .collect(Collectors.joining("."));
    return HttpError.badField(field.isEmpty() ? "body" : field, "must be " + wanted(e));
  }

  private static String wanted(JacksonException e) {
    if (!(e instanceof InvalidFormatException wrong)) {
      return "of the right type";
    }
    var type = wrong.getTargetType();
    if (type.isEnum()) {
      return Arrays.stream(type.getEnumConstants())
          .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    if (type == Instant.class) {
      return "a date such as 2026-12-01 or 2026-12-01T08:00:00Z";
    }
    return type == UUID.class ? "a UUID" : "a number";
  }
}
