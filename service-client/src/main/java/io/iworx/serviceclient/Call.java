package io.iworx.serviceclient;

import io.iworx.correlation.IdempotencyKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call to another service, checked before anything is sent.
 *
 * {@snippet :
 * client.exchange(
 *     Call.post("/inventory/reserve", order, ResponseType.of(Reservation.class))
 *         .withIdempotencyKey(order.id())
 *         .withTimeout(Duration.ofSeconds(2)));
 * }
 *
 * @param method the HTTP method
 * @param path service, path and query: {@code /assets/1?expand=history}. Characters that a URL
 *     cannot hold are percent-encoded as UTF-8. Refused: anything not starting with one slash, dot
 *     and empty segments in any encoding, control characters, backslashes, fragments. Put values
 *     from outside into a path with {@link #path(String, Object...)}.
 * @param body sent as JSON; {@code byte[]} as it is, {@code String} as plain text; null sends none
 * @param type what a 2xx answer is read as
 * @param idempotencyKey lets the receiver recognise a repetition; null takes the one in scope,
 *     which a {@code GET} never sends
 * @param timeout how long the call may take; null takes {@link ClientSettings#timeout()}. The
 *     context's deadline holds too
 * @param headers further headers by lower-case name; none of those that the client itself sets
 */
public record Call<T>(
    Method method,
    String path,
    @Nullable Object body,
    ResponseType<T> type,
    @Nullable String idempotencyKey,
    @Nullable Duration timeout,
    Map<String, String> headers) {

  /** The methods of the platform. */
  public enum Method {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE;

    /** Whether making the same call twice has the same effect as making it once. */
    boolean idempotent() {
      return this == GET || this == PUT || this == DELETE;
    }
  }

  /**
   * Checks everything that goes on the wire.
   *
   * @throws IllegalArgumentException for a path, key, header or timeout that cannot be sent as it
   *     is
   */
  public Call {
    path = CallPath.checked(path);
    headers = HeaderRules.checked(headers);
    if (method == Method.GET && body != null) {
      throw new IllegalArgumentException("A GET has no body; use POST or put it into the query.");
    }
    if (idempotencyKey != null) {
      requireKey(idempotencyKey);
    }
    if (timeout != null && !timeout.isPositive()) {
      throw new IllegalArgumentException("The timeout of a call must be positive: " + timeout);
    }
  }

  public static <T> Call<T> get(String path, ResponseType<T> type) {
    return new Call<>(Method.GET, path, null, type, null, null, Map.of());
  }

  public static <T> Call<T> post(String path, @Nullable Object body, ResponseType<T> type) {
    return new Call<>(Method.POST, path, body, type, null, null, Map.of());
  }

  public static <T> Call<T> put(String path, @Nullable Object body, ResponseType<T> type) {
    return new Call<>(Method.PUT, path, body, type, null, null, Map.of());
  }

  public static <T> Call<T> patch(String path, @Nullable Object body, ResponseType<T> type) {
    return new Call<>(Method.PATCH, path, body, type, null, null, Map.of());
  }

  public static <T> Call<T> delete(String path, ResponseType<T> type) {
    return new Call<>(Method.DELETE, path, null, type, null, null, Map.of());
  }

  /**
   * A path with each {@code {}} of the template replaced by a value, encoded so that it can only be
   * one segment or one query value: {@code Call.path("/assets/{}/history", id)}.
   *
   * @throws IllegalArgumentException when the counts differ, or when a value is empty, {@code .} or
   *     {@code ..}
   */
  public static String path(String template, Object... values) {
    return CallPath.filled(template, values);
  }

  public Call<T> withIdempotencyKey(String newIdempotencyKey) {
    return new Call<>(method, path, body, type, newIdempotencyKey, timeout, headers);
  }

  public Call<T> withTimeout(Duration newTimeout) {
    return new Call<>(method, path, body, type, idempotencyKey, newTimeout, headers);
  }

  /** With one more header, or another value of it. */
  public Call<T> withHeader(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Call<>(method, path, body, type, idempotencyKey, timeout, more);
  }

  private static void requireKey(String key) {
    if (!IdempotencyKey.accepts(key)) {
      throw new IllegalArgumentException(
          "The idempotency key must be 1 to 255 visible ASCII characters.");
    }
  }

  /** Method and path without the query, as logs show it: a query may hold what logs must not. */
  @Override
  public String toString() {
    var query = path.indexOf('?');
    return method + " " + (query < 0 ? path : path.substring(0, query));
  }
}
