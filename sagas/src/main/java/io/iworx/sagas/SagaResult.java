package io.iworx.sagas;

/**
 * How a saga stands after waiting for it. Callers switch over it without {@code default}.
 *
 * @param <O> what the saga's body returns
 */
public sealed interface SagaResult<O> {

  /**
   * The body returned.
   *
   * @param output what it returned
   */
  record Completed<O>(O output) implements SagaResult<O> {}

  /**
   * The body failed, and everything it had done is undone.
   *
   * @param failure why it failed
   */
  record Compensated<O>(SagaFailure failure) implements SagaResult<O> {}

  /**
   * It can neither go on nor be undone without an operator.
   *
   * @param reason one sentence
   */
  record Stuck<O>(String reason) implements SagaResult<O> {}

  /** It has not ended within the time that was waited. It goes on without anyone waiting. */
  record Running<O>() implements SagaResult<O> {}
}
