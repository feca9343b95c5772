package io.iworx.serviceclient;

import io.iworx.correlation.Correlation;

/**
 * Around each call: may change it, answer it without sending it, make it again, or look at what
 * came back. Who only wants to watch is a {@link CallListener}.
 *
 * {@snippet :
 * settings.withInterceptor((call, rest) -> rest.proceed(call.withHeader("x-tenant", tenant.get())))
 * }
 *
 * <p>It runs on the caller's thread with {@linkplain Correlation#current() its context}, once a
 * call and outside of deadline, retries, circuit breaker and limit, so a call it makes again counts
 * as another. What it throws reaches the caller as it is. Methods, headers and paths remain subject
 * to the checks of {@link Call}: identity and context cannot be set here.
 */
@FunctionalInterface
public interface Interceptor {

  /**
   * Answers the call, usually by letting the rest do it: {@code rest.proceed(call)}.
   *
   * @param call what is called; a copy with another path, key, header, body or timeout may proceed
   * @return the outcome of a call of that type
   */
  Outcome<?> intercept(Call<?> call, Chain rest);

  /** What lies further in: other interceptors, then the network. */
  @FunctionalInterface
  interface Chain {

    /**
     * Makes the call.
     *
     * @throws IllegalArgumentException when its type is not that of the call that was intercepted
     */
    Outcome<?> proceed(Call<?> call);
  }
}
