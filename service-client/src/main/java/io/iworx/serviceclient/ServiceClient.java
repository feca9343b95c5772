package io.iworx.serviceclient;

import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Calls other services through the gateway, by path: {@code /assets/1} reaches the asset service.
 *
 * <p>The context in scope goes along (a fresh one when there is none): correlation id, cause, user,
 * organization, deadline; with it go the service's own name and token and, for {@code POST} and
 * {@code PATCH}, the {@linkplain io.iworx.correlation.IdempotencyKey idempotency key} in scope. A
 * call has one deadline for everything, connecting to last byte: {@link ClientSettings#timeout()}
 * or the context's deadline, whichever is nearer.
 *
 * <p>Bodies are JSON: members that a type does not know are ignored, dates are ISO 8601. {@code
 * byte[]} and {@code String} stand for the raw body, both ways, and {@code Void} for "whatever came
 * is dropped"; its success has a null body. Redirects are not followed, compressed answers are not
 * asked for, cookies are not kept.
 *
 * <p>Blocking, for virtual threads; safe for any thread, and interrupting the caller ends the call.
 * An HTTP or network failure is an {@link Outcome}, never an exception. Only misuse throws, before
 * anything is sent: {@link IllegalArgumentException} for a path that {@link Call} refuses and for a
 * body that JSON cannot hold, {@link IllegalStateException} after {@link #close()}.
 */
public interface ServiceClient extends AutoCloseable {

  /**
   * A client for the service of that name. It opens connections when they are needed and keeps them
   * until it is closed.
   *
   * @param serviceName the caller, sent as {@code x-calling-service}: 1 to 64 characters of {@code
   *     A-Z a-z 0-9 . _ -}
   * @throws IllegalArgumentException when the name has other characters
   */
  static ServiceClient create(String serviceName, ClientSettings settings) {
    return HttpServiceClient.create(serviceName, settings, Clock.systemUTC());
  }

  /** Makes a call with everything that can be said about one: generic types, a key, headers. */
  <T> Outcome<T> exchange(Call<T> call);

  default <T> Outcome<T> get(String path, Class<T> type) {
    return exchange(Call.get(path, ResponseType.of(type)));
  }

  default <T> Outcome<T> post(String path, @Nullable Object body, Class<T> type) {
    return exchange(Call.post(path, body, ResponseType.of(type)));
  }

  default <T> Outcome<T> put(String path, @Nullable Object body, Class<T> type) {
    return exchange(Call.put(path, body, ResponseType.of(type)));
  }

  default <T> Outcome<T> patch(String path, @Nullable Object body, Class<T> type) {
    return exchange(Call.patch(path, body, ResponseType.of(type)));
  }

  default <T> Outcome<T> delete(String path, Class<T> type) {
    return exchange(Call.delete(path, ResponseType.of(type)));
  }

  /**
   * A typed client: an interface whose methods are the calls. Keep it: making one reads all its
   * {@link Endpoint} annotations. Its calls are this client's.
   *
   * @throws IllegalArgumentException when it is no interface, or a method's annotation makes no
   *     call
   */
  default <A> A as(Class<A> api) {
    return TypedClient.of(this, api);
  }

  /** Closes its connections; calls under way fail. Closing twice does nothing. */
  @Override
  void close();
}
