package io.iworx.examples.http;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the records of the services demand of their components: a value that fails is a 400 naming
 * the field, wherever the record was made from.
 */
public final class Check {
  /** The longest text a field takes, in characters. */
  public static final int MAX_TEXT = 10_000;

  /** The longest list a field takes. */
  public static final int MAX_LIST = 1_000;

  private Check() {}

  /** The value, which must be there. */
  public static <T> T required(String field, @Nullable T value) {
    if (value == null) {
      throw HttpError.badField(field, "is required");
    }
    return value;
  }

  /** The text, which must be there and not blank. */
  public static String text(String field, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw HttpError.badField(field, "is required");
    }
    return storable(field, value);
  }

  /** The text or null. */
  public static @Nullable String optionalText(String field, @Nullable String value) {
    return value == null ? null : storable(field, value);
  }

  /** The list, which must be there; empty is well. */
  public static <T> List<T> list(String field, @Nullable List<T> value) {
    var list = required(field, value);
    if (list.size() > MAX_LIST || list.contains(null)) {
      throw HttpError.badField(
          field, "must have at most " + MAX_LIST + " entries, none of them null");
    }
    return List.copyOf(list);
  }

  /** The number, which must lie between the bounds, both included. */
  public static int between(String field, int least, int most, int value) {
    if (value < least || value > most) {
      throw HttpError.badField(field, "must be between " + least + " and " + most);
    }
    return value;
  }

  /** The amount or null; not negative and below a billion. */
  public static @Nullable BigDecimal optionalAmount(String field, @Nullable BigDecimal value) {
    if (value != null && (value.signum() < 0 || value.precision() - value.scale() > 9)) {
      throw HttpError.badField(field, "must be a number from 0 to 999999999");
    }
    return value;
  }

  /** PostgreSQL keeps any character but NUL. */
  private static String storable(String field, String value) {
    if (value.length() > MAX_TEXT || value.indexOf('\0') >= 0) {
      throw HttpError.badField(
          field, "must have at most " + MAX_TEXT + " characters, none of them NUL");
    }
    return value;
  }
}
