package io.iworx.sagas;

/**
 * What a step does outside this database, such as a call. It may be executed again after a crash or
 * an unclear answer, with the same idempotency key.
 */
@FunctionalInterface
public interface Action<T> {

  /**
   * Does it, with the step's idempotency key and context in scope.
   *
   * @throws Exception classified by {@link io.iworx.correlation.ClassifiedFailure}: whether it may
   *     be tried again, or may have happened
   */
  T run() throws Exception;
}
