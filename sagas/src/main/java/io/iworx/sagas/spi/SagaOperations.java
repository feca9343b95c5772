package io.iworx.sagas.spi;

import io.iworx.sagas.SagaState;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sees of sagas and can do with them. Each change is kept with who did it and
 * when. A saga that goes on is taken up by any instance that has its version, within a third of
 * that instance's lease.
 *
 * <p>Changes throw {@link SagaOperationRefused} when they do not fit how the saga stands, {@link
 * SagaStoreException} when the store cannot be reached.
 */
public interface SagaOperations {

  /**
   * Sagas in one of the states, the latest first, without their step records.
   *
   * @param definition null for those of every definition
   */
  List<SagaView> list(Set<SagaState> states, @Nullable String definition, int limit);

  /** One saga with its step records; empty when there is none with this id. */
  Optional<SagaView> find(String sagaId);

  /** Repeats the step or the compensation that a saga is stuck at, with the same key. */
  void retry(String sagaId);

  /**
   * Settles the step or the compensation that a saga is stuck at, and goes on. A compensation
   * counts as done. A step counts as not done, so that its body gets a {@link
   * io.iworx.sagas.StepFailed}; with a result it counts as done.
   *
   * @param reason why this is right
   * @param result what the step returned, as JSON ({@code null} for a step that returns nothing);
   *     null when it did not happen
   */
  void skip(String sagaId, String reason, @Nullable String result);

  /** Goes on from the records of a STUCK saga, once what kept it from going on is corrected. */
  void resume(String sagaId);

  /**
   * Has a running saga compensate at the next boundary of a step; a step that may have happened
   * ends with a known outcome first. Twice is once.
   */
  void cancel(String sagaId, String reason);
}
