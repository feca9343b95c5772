package io.iworx.sagas.spi;

import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import org.jspecify.annotations.Nullable;

/**
 * A change of a saga's state: the only way it changes.
 *
 * @param from the state it leaves; a store refuses the change from any other
 * @param to one of {@link SagaState#next()}
 * @param output what the body returned, as JSON; null unless it becomes COMPLETED
 * @param failure why it failed; null leaves what is stored
 * @param stuckReason what an operator should know; null unless it becomes STUCK
 * @param stuckStep the step it is stuck at, with {@code /undo} at the end for its compensation;
 *     null when no step is to blame, or it does not become STUCK
 */
public record Transition(
    SagaState from,
    SagaState to,
    @Nullable String output,
    @Nullable SagaFailure failure,
    @Nullable String stuckReason,
    @Nullable String stuckStep) {

  public Transition {
    if (!from.next().contains(to)) {
      throw new IllegalArgumentException("A saga that is " + from + " cannot become " + to + ".");
    }
  }

  public static Transition completed(@Nullable String output) {
    return new Transition(SagaState.RUNNING, SagaState.COMPLETED, output, null, null, null);
  }

  public static Transition compensating(SagaFailure failure) {
    return new Transition(SagaState.RUNNING, SagaState.COMPENSATING, null, failure, null, null);
  }

  public static Transition compensated(SagaState from, SagaFailure failure) {
    return new Transition(from, SagaState.COMPENSATED, null, failure, null, null);
  }

  public static Transition stuck(
      SagaState from, @Nullable SagaFailure failure, String reason, @Nullable String step) {
    return new Transition(from, SagaState.STUCK, null, failure, reason, step);
  }

  /**
   * Out of STUCK, on an operator's wish.
   *
   * @param to the state it was in before
   */
  public static Transition reopened(SagaState to) {
    return new Transition(SagaState.STUCK, to, null, null, null, null);
  }
}
