package io.iworx.sagas.spi;

import io.iworx.correlation.Correlation;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A saga as it stands in the store.
 *
 * @param id a UUIDv7
 * @param definition the name of its definition
 * @param version the version of its definition: it runs only where that is defined
 * @param key unique within the definition
 * @param parent the id of the saga whose step it is; null when it is none's
 * @param state where it is in its lifecycle
 * @param input what it was started with, as JSON
 * @param output what it returned, as JSON; null unless COMPLETED
 * @param failure why it failed; null when it did not
 * @param stuckReason what an operator should know; null unless STUCK
 * @param stuckStep the step it is stuck at, with {@code /undo} at the end for its compensation;
 *     null when no step is to blame, or it is not STUCK
 * @param stuckFrom the state it was in before it became STUCK; null when it is not
 * @param cancelReason why its cancellation was asked for; null when it was not
 * @param wakeAt when nobody holds it: it waits until then, on the store's time; null when it does
 *     not wait
 * @param wakeStep what in its body waits; in the hands of its first holder after that, what it was
 *     woken from: the one before had left nothing begun
 * @param correlation the context it was started in
 * @param instance who holds it, or held it last; null when nobody did
 * @param fence grows with each holder, from 1
 * @param startedAt when it was started, by the clock of the instance that started it
 * @param endedAt when it ended or became stuck; null while it is open
 * @param steps its step records by sequence; empty where they were not asked for
 */
public record StoredSaga(
    String id,
    String definition,
    int version,
    String key,
    @Nullable String parent,
    SagaState state,
    String input,
    @Nullable String output,
    @Nullable SagaFailure failure,
    @Nullable String stuckReason,
    @Nullable String stuckStep,
    @Nullable SagaState stuckFrom,
    @Nullable String cancelReason,
    @Nullable Instant wakeAt,
    @Nullable String wakeStep,
    Correlation correlation,
    @Nullable String instance,
    long fence,
    Instant startedAt,
    @Nullable Instant endedAt,
    List<StepRecord> steps) {

  /** The same saga with the given step records. */
  public StoredSaga withSteps(List<StepRecord> newSteps) {
    return new StoredSaga(
        id,
        definition,
        version,
        key,
        parent,
        state,
        input,
        output,
        failure,
        stuckReason,
        stuckStep,
        stuckFrom,
        cancelReason,
        wakeAt,
        wakeStep,
        correlation,
        instance,
        fence,
        startedAt,
        endedAt,
        newSteps);
  }

  /** The same saga in other hands; woken if it waited. */
  public StoredSaga withHolder(@Nullable String newInstance, long newFence) {
    var woken = instance == null && wakeAt != null;
    return new StoredSaga(
        id,
        definition,
        version,
        key,
        parent,
        state,
        input,
        output,
        failure,
        stuckReason,
        stuckStep,
        stuckFrom,
        cancelReason,
        null,
        woken ? wakeStep : null,
        correlation,
        newInstance,
        newFence,
        startedAt,
        endedAt,
        steps);
  }

  /** The same saga in nobody's hands until a time at which the first of its waits ends. */
  public StoredSaga waiting(String step, Instant at) {
    return new StoredSaga(
        id,
        definition,
        version,
        key,
        parent,
        state,
        input,
        output,
        failure,
        stuckReason,
        stuckStep,
        stuckFrom,
        cancelReason,
        at,
        step,
        correlation,
        null,
        fence,
        startedAt,
        endedAt,
        steps);
  }

  /** The same saga, to be cancelled at the next boundary of a step. */
  public StoredSaga withCancelReason(String reason) {
    return new StoredSaga(
        id,
        definition,
        version,
        key,
        parent,
        state,
        input,
        output,
        failure,
        stuckReason,
        stuckStep,
        stuckFrom,
        reason,
        wakeAt,
        wakeStep,
        correlation,
        instance,
        fence,
        startedAt,
        endedAt,
        steps);
  }

  /**
   * The same saga in another state.
   *
   * @param at when, should it have ended by that
   */
  public StoredSaga after(Transition transition, Instant at) {
    var to = transition.to();
    // What failed before a saga that was running became stuck is no failure of the saga yet.
    var kept = state == SagaState.STUCK && to == SagaState.RUNNING ? null : failure;
    return new StoredSaga(
        id,
        definition,
        version,
        key,
        parent,
        to,
        input,
        transition.output(),
        transition.failure() == null ? kept : transition.failure(),
        transition.stuckReason(),
        transition.stuckStep(),
        to == SagaState.STUCK ? state : null,
        cancelReason,
        wakeAt,
        wakeStep,
        correlation,
        instance,
        fence,
        startedAt,
        to.isOpen() ? null : at,
        steps);
  }

  /** The step of its parent that it is; null when it is none's. */
  public @Nullable String step() {
    return parent == null ? null : key.substring(parent.length() + 1);
  }

  /** What it takes to run. */
  public DefinitionVersion definitionVersion() {
    return new DefinitionVersion(definition, version);
  }
}
