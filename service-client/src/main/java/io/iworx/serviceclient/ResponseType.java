package io.iworx.serviceclient;

import java.io.IOException;
import java.io.InputStream;
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

  /**
   * Read from the connection by your own code, without a limit of size and without holding it in
   * memory. The reader runs once, for a 2xx answer, while the connection is open and within the
   * call's deadline; with the context in scope, on the caller's thread if that is a virtual one.
   * What it leaves unread costs the connection. When the answer breaks off, the reader sees an
   * {@link IOException} and the call fails as {@code Unknown}, is not repeated, and is never a
   * success; its own exceptions reach the caller, an {@link IOException} as {@link
   * java.io.UncheckedIOException}.
   *
   * {@snippet :
   * Call.get("/reports/7", ResponseType.streamed(body -> Files.copy(body, file)))
   * }
   */
  static <T> ResponseType<T> streamed(Reader<T> reader) {
    return new Streaming<>(reader);
  }

  /** Makes a value of a body that is still arriving. */
  @FunctionalInterface
  interface Reader<T> {
    T read(InputStream body) throws IOException;
  }

  /** A type that is whatever its reader returns. */
  record Streaming<T>(Reader<T> reader) implements ResponseType<T> {
    @Override
    public Type type() {
      return InputStream.class;
    }
  }

  /** A type that is known without looking at a subclass. */
  record Known<T>(Type type) implements ResponseType<T> {}
}
