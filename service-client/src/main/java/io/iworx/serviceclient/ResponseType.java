package io.iworx.serviceclient;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;

/**
 * What an answer's body is to be read as. For a class or a list of them use {@link #of} and {@link
 * #listOf}; any other generic type is named by an empty subclass:
 *
 * {@snippet :
 * new ResponseType<Map<String, List<Asset>>>() {}
 * }
 *
 * @param <T> the type
 */
public interface ResponseType<T> {

  /** The type, with its arguments. */
  default Type type() {
    for (var parent : getClass().getGenericInterfaces()) {
      if (parent instanceof ParameterizedType parameterized
          && parameterized.getRawType() == ResponseType.class) {
        return parameterized.getActualTypeArguments()[0];
      }
    }
    throw new IllegalStateException(
        getClass().getName()
            + " does not say its type; write new ResponseType<List<Asset>>() {} with the braces.");
  }

  /** A plain class; {@code byte[]}, {@code String} and {@code Void} are not read as JSON. */
  static <T> ResponseType<T> of(Class<T> type) {
    return new Known<>(type);
  }

  /** A JSON array of a plain class. */
  static <E> ResponseType<List<E>> listOf(Class<E> element) {
    return new Known<>(Json.listOf(element));
  }

  /** A type that is known without looking at a subclass. */
  record Known<T>(Type type) implements ResponseType<T> {}
}
