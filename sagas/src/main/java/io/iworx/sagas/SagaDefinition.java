package io.iworx.sagas;

import java.sql.Connection;

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

  /**
   * Starts a saga in the caller's transaction, also that of a handler: there is one when it commits
   * and none if it does not. Once per key, as {@link #start(String, Object)}. It runs on any
   * instance that has the version, this one looks for it a tenth of a second later, all within a
   * third of their lease.
   *
   * @throws SagaConflictException when the key was used with another input
   * @throws IllegalStateException when the store takes part in no transaction of a caller, or the
   *     connection is in autocommit mode
   * @throws SagaException when the input cannot be stored, or {@link Sagas} is closed
   */
  SagaRun<O> start(Connection connection, String key, I input);
}
