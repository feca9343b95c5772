package io.iworx.sagas;

import org.jspecify.annotations.Nullable;

/** What one branch of a saga does, as its {@link SagaBody} does the whole. */
@FunctionalInterface
public interface BranchBody<T extends @Nullable Object> {

  /**
   * Runs on a virtual thread of its own with the saga's context in scope. Whatever it throws fails
   * the branch, and with it {@link Saga#parallel}.
   *
   * @param saga the branch's own: the only one that may be called here
   */
  T run(Saga saga) throws Exception;
}
