package io.iworx.serviceclient;

/**
 * Calls other services through the gateway, by path: {@code /assets/1} reaches the asset service.
 *
 * <p>The context in scope goes along: correlation id, cause, user, organization, deadline.
 * Blocking, for virtual threads; safe for any thread. An HTTP or network failure is an {@link
 * Outcome}, never an exception; only misuse throws.
 */
public interface ServiceClient extends AutoCloseable {

  <T> Outcome<T> get(String path, Class<T> type);

  <T> Outcome<T> post(String path, Object body, Class<T> type);

  <T> Outcome<T> put(String path, Object body, Class<T> type);

  <T> Outcome<T> patch(String path, Object body, Class<T> type);

  <T> Outcome<T> delete(String path, Class<T> type);

  /** Closes its connections; calls under way fail. */
  @Override
  void close();
}
