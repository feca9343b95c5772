package io.iworx.testing;

import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.SagaOperation;
import io.iworx.sagas.spi.SagaOperationRefused;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaView;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an operator can do with the sagas of a store in memory. */
final class InMemorySagaOperations implements SagaOperations {
  private static final String UNDO = "/undo";

  private final InMemorySagaStore store;

  InMemorySagaOperations(InMemorySagaStore store) {
    this.store = store;
  }

  /** An operation of one of the sagas. */
  record Kept(String sagaId, SagaOperation operation) {}

  @Override
  public List<SagaView> list(Set<SagaState> states, @Nullable String definition, int limit) {
    return store.list(states, Integer.MAX_VALUE).stream()
        .filter(saga -> definition == null || definition.equals(saga.definition()))
        .limit(limit)
        .map(saga -> new SagaView(saga, store.view(saga).waitsFor()))
        .toList();
  }

  @Override
  public Optional<SagaView> find(String sagaId) {
    return store.find(sagaId).map(store::view);
  }

  @Override
  public void retry(String sagaId) {
    store.operate(sagaId, "retry", saga -> reopened(atStep(saga)), "");
  }

  @Override
  public void skip(String sagaId, String reason, @Nullable String result) {
    store.operate(sagaId, "skip", saga -> reopened(settled(atStep(saga), reason, result)), reason);
  }

  @Override
  public void resume(String sagaId) {
    store.operate(sagaId, "resume", saga -> reopened(stuck(saga)), "");
  }

  @Override
  public void cancel(String sagaId, String reason) {
    store.operate(
        sagaId,
        "cancel",
        saga -> {
          if (reason.isBlank() || saga.state() != SagaState.RUNNING) {
            throw new SagaOperationRefused(
                "Saga %s is %s: only one that is RUNNING is cancelled, with a reason."
                    .formatted(saga.id(), saga.state()));
          }
          return saga.cancelReason() == null ? saga.withCancelReason(reason) : saga;
        },
        reason);
  }

  private static StoredSaga stuck(StoredSaga saga) {
    if (saga.state() != SagaState.STUCK) {
      throw new SagaOperationRefused(
          "Saga %s is %s, not STUCK: there is nothing to do for an operator."
              .formatted(saga.id(), saga.state()));
    }
    return saga;
  }

  private static StoredSaga atStep(StoredSaga saga) {
    if (stuck(saga).stuckStep() == null) {
      throw new SagaOperationRefused(
          "Saga %s is stuck at no step (%s); resume it once that is corrected."
              .formatted(saga.id(), saga.stuckReason()));
    }
    return saga;
  }

  private StoredSaga reopened(StoredSaga saga) {
    var to = Objects.requireNonNullElse(saga.stuckFrom(), SagaState.RUNNING);
    return saga.after(Transition.reopened(to), store.now()).withHolder(null, saga.fence());
  }

  private StoredSaga settled(StoredSaga saga, String reason, @Nullable String result) {
    var at = String.valueOf(saga.stuckStep());
    var undo = at.endsWith(UNDO);
    if (reason.isBlank() || (undo && result != null)) {
      throw new SagaOperationRefused("Give a reason, and no result for a compensation.");
    }
    var step = undo ? at.substring(0, at.length() - UNDO.length()) : at;
    var kind =
        undo
            ? StepRecord.Kind.UNDONE
            : result == null ? StepRecord.Kind.FAILED : StepRecord.Kind.DONE;
    var failure =
        kind == StepRecord.Kind.FAILED
            ? new SagaFailure(
                step,
                "Skipped by an operator: " + reason,
                SagaFailure.Kind.PERMANENT,
                "skipped",
                null)
            : null;
    var steps = new ArrayList<>(saga.steps());
    var sequence = steps.isEmpty() ? 1 : steps.getLast().sequence() + 1;
    var now = store.now();
    steps.add(new StepRecord(sequence, step, kind, result, failure, 0, now, now));
    return saga.withSteps(List.copyOf(steps));
  }
}
