package io.iworx.sagas;

/**
 * Undoes what an {@link Action} did. It may be executed again after a crash, with the same
 * idempotency key, and must accept that there is nothing to undo any more.
 */
@FunctionalInterface
public interface Compensation<T> {

  /**
   * Undoes it, with the context and the idempotency key of the compensation in scope.
   *
   * @param result what the action returned
   */
  void undo(T result) throws Exception;

  /** For a step that leaves nothing to undo, such as a question. */
  @SuppressWarnings("unchecked") // it ignores the result, so it fits any
  static <T> Compensation<T> none() {
    return (Compensation<T>) NothingToUndo.INSTANCE;
  }
}
