package io.iworx.sagas;

/**
 * A recipe that this instance can run: name, version and body. Safe for any thread.
 *
 * @param <I> what it is started with; survives JSON
 * @param <O> what its body returns; survives JSON
 */
public interface SagaDefinition<I, O> {

  String name();

  /** A saga runs only where the version it was started with is defined. */
  int version();

  /**
   * Starts a saga, once per key: the same key with the same input is the same saga, whoever starts
   * it and whatever became of it. Durable when this returns; the saga then runs on this instance.
   * It belongs to the correlation id in scope and acts for the user and organization in scope.
   *
   * @param key names the intent within this definition, such as the id of the request; 1 to 200
   *     characters
   * @throws SagaConflictException when the key was used with another input
   * @throws SagaException when the input cannot be stored, or {@link Sagas} is closed
   */
  SagaRun<O> start(String key, I input);
}
