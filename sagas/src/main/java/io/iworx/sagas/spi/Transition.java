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
 */
public record Transition(
    SagaState from,
    SagaState to,
    @Nullable String output,
    @Nullable SagaFailure failure,
    @Nullable String stuckReason) {

  public Transition {
    if (!from.next().contains(to)) {
      throw new IllegalArgumentException("A saga that is " + from + " cannot become " + to + ".");
    }
  }

  public static Transition completed(@Nullable String output) {
    return new Transition(SagaState.RUNNING, SagaState.COMPLETED, output, null, null);
  }

  public static Transition compensating(SagaFailure failure) {
    return new Transition(SagaState.RUNNING, SagaState.COMPENSATING, null, failure, null);
  }

  public static Transition compensated(SagaState from, SagaFailure failure) {
    return new Transition(from, SagaState.COMPENSATED, null, failure, null);
  }

  public static Transition stuck(SagaState from, @Nullable SagaFailure failure, String reason) {
    return new Transition(from, SagaState.STUCK, null, failure, reason);
  }
}
