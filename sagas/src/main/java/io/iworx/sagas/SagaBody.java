package io.iworx.sagas;

/**
 * What a saga does, in plain Java: steps in order, with branches and loops over what they returned.
 *
 * <p>After a crash the body runs again from its start: steps that are recorded return what they
 * returned then, without running. So the code between steps has no effects and takes the same way
 * each time: time and ids come from {@link Saga#now()} and {@link Saga#newId()}, everything else
 * from a step.
 */
@FunctionalInterface
public interface SagaBody<I, O> {

  /**
   * Runs on a virtual thread with the saga's context in scope. Whatever it throws, {@link
   * StepFailed} or its own exception, ends the saga: what was done is undone in reverse order.
   */
  O run(Saga saga, I input) throws Exception;
}
