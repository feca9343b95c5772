package io.iworx.sagas;

import java.sql.Connection;

/**
 * Undoes what a {@link TransactionalAction} did; its rows and its record commit together, so its
 * effect happens exactly once.
 */
@FunctionalInterface
public interface TransactionalCompensation<T> {

  /**
   * Undoes it, with the context and the idempotency key of the compensation in scope.
   *
   * @param connection in a transaction that was begun for it
   * @param result what the action returned
   */
  void undo(Connection connection, T result) throws Exception;

  /** For a step that leaves nothing to undo. */
  @SuppressWarnings("unchecked") // it ignores the result, so it fits any
  static <T> TransactionalCompensation<T> none() {
    return (TransactionalCompensation<T>) NothingToUndo.INSTANCE;
  }
}
