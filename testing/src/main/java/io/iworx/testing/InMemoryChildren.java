package io.iworx.testing;

import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.Awaited;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Transition;
import io.iworx.sagas.spi.Wait;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Sagas in memory that are steps of others. Guarded by the store's lock. */
final class InMemoryChildren {
  private final Map<String, StoredSaga> sagas;
  private final InMemoryWaits waits;
  private final Clock clock;

  InMemoryChildren(Map<String, StoredSaga> sagas, InMemoryWaits waits, Clock clock) {
    this.sagas = sagas;
    this.waits = waits;
    this.clock = clock;
  }

  List<StoredSaga> of(StoredSaga saga) {
    return sagas.values().stream()
        .filter(it -> saga.id().equals(it.parent()))
        .sorted(Comparator.comparing(StoredSaga::startedAt))
        .map(it -> it.withSteps(List.of()))
        .toList();
  }

  /** A saga that nobody holds any more waits, for children among other things. */
  void leave(StoredSaga saga, List<Wait> untilOneEnds) {
    sagas.put(saga.id(), waits.add(saga, untilOneEnds, clock.instant()));
    for (var wait : untilOneEnds) {
      switch (wait.what()) {
        case Awaited.Child(var child) ->
            ended(sagas.computeIfAbsent(child.id(), _ -> begun(child)));
        case Awaited.ChildUndone(var id) -> {
          var child = toBeUndone(Objects.requireNonNull(sagas.get(id)));
          sagas.put(id, child);
          ended(child);
        }
        case Awaited.Event _ -> {}
        case null -> {}
      }
    }
  }

  private StoredSaga begun(NewSaga child) {
    waits.began(child.id(), clock.instant());
    return child.heldBy(null, 0);
  }

  /** Cancelled if it runs, compensated if it has completed. */
  private StoredSaga toBeUndone(StoredSaga child) {
    var why = "Saga " + child.parent() + ", whose step it is, is undone.";
    if (child.state() == SagaState.COMPLETED) {
      var failure =
          new SagaFailure(SagaFailure.CANCEL, why, SagaFailure.Kind.PERMANENT, "undone", null);
      return child
          .after(Transition.compensating(failure), clock.instant())
          .withHolder(null, child.fence());
    }
    return child.cancelReason() == null ? child.withCancelReason(why) : child;
  }

  /** Tells its parent, if it has one and has ended. */
  void ended(StoredSaga saga) {
    if (saga.state() == SagaState.COMPLETED || saga.state() == SagaState.COMPENSATED) {
      sagas.computeIfPresent(
          String.valueOf(saga.parent()),
          (_, parent) -> waits.childEnded(parent, saga, clock.instant()));
    }
  }
}
