package io.iworx.serviceclient;

/**
 * Is told what calls do, and cannot change it; who wants that is an {@link Interceptor}. Told at
 * once, on the thread that made the call, which waits: be quick. What a listener throws is logged
 * and dropped.
 */
public interface CallListener {

  /** An attempt has ended, well or not. Another may follow. */
  default void attempted(Call<?> call, Attempt attempt) {}

  /** The caller is about to get this outcome. */
  default void ended(Call<?> call, Outcome<?> outcome) {}

  /**
   * The circuit breaker of a target changed.
   *
   * @param target the service: {@code assets}
   */
  default void breakerChanged(String target, BreakerState state) {}
}
