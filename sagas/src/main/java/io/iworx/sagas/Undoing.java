package io.iworx.sagas;

import io.iworx.sagas.Attempts.Outcome;
import io.iworx.sagas.spi.Awaited;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.Transition;
import io.iworx.sagas.spi.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Undoes what a saga has done, in reverse order of its records, each step once on record. */
final class Undoing {
  private final SagaEngine engine;
  private final Journal journal;
  private final StepContext context;
  private final Attempts attempts;

  Undoing(SagaEngine engine, Journal journal, StepContext context, StepTrace trace) {
    this.engine = engine;
    this.journal = journal;
    this.context = context;
    this.attempts = new Attempts(engine, trace);
  }

  /** Ends with the saga COMPENSATED; the last compensation's commit says so. */
  void undoAll(List<Undoable> done, SagaFailure failure) {
    if (done.stream().allMatch(it -> journal.isUndone(it.identity()))) {
      commit(Transition.compensated(journal.state(), failure));
      return;
    }
    if (journal.state() == SagaState.RUNNING) {
      commit(Transition.compensating(failure));
    }
    var left =
        done.stream()
            .filter(it -> !journal.isUndone(it.identity()))
            .sorted(Comparator.comparingInt(it -> -journal.sequenceOf(it.identity())))
            .toList();
    var end = Transition.compensated(SagaState.COMPENSATING, failure);
    for (var undoable : left.subList(0, left.size() - 1)) {
      undo(undoable, null, failure);
    }
    undo(left.getLast(), end, failure);
  }

  private void undo(Undoable undoable, @Nullable Transition end, SagaFailure failure) {
    switch (undoable) {
      case Undoable.ByWork(var identity, var work) -> undo(identity, work, end, failure);
      case Undoable.ByChild(var identity, var sagaId) -> leaveUntilUndone(identity, sagaId);
    }
  }

  private void undo(String identity, Work work, @Nullable Transition end, SagaFailure failure) {
    var outcome =
        switch (work) {
          case Work.Inside(var code) -> undoInside(identity, code, end);
          case Work.Outside(var code) -> undoOutside(identity, code);
        };
    switch (outcome) {
      case Outcome.Done done -> {
        if (work instanceof Work.Outside) {
          journal.note(undone(identity, done.attempts(), done.startedAt(), null));
          if (end != null) {
            commit(end);
          }
        }
      }
      case Outcome.NotDone(var why, _, var count, _) ->
          throw cannotUndo(identity, why, count, failure);
      case Outcome.Unclear(var why, var count) -> throw cannotUndo(identity, why, count, failure);
    }
  }

  private Outcome undoInside(String identity, Work.InsideCode code, @Nullable Transition end) {
    var undo = identity + StepContext.UNDO;
    return attempts.run(
        undo,
        engine.options().compensationRetry(),
        null,
        Doubt.inside(),
        (number, startedAt) -> {
          journal.commitWith(
              connection -> {
                context.inScope(undo, number, null, () -> code.run(connection));
                return undone(identity, number, startedAt, end);
              });
          return null;
        });
  }

  private Outcome undoOutside(String identity, Work.OutsideCode code) {
    commit(null);
    var undo = identity + StepContext.UNDO;
    return attempts.run(
        undo,
        engine.options().compensationRetry(),
        null,
        Doubt.outside(context.idempotencyKey(undo), false),
        (number, _) -> context.inScope(undo, number, null, code));
  }

  /** The next pass finds the record that it is undone. */
  private void leaveUntilUndone(String identity, String sagaId) {
    var wait = new Wait(identity, Waits.LONGEST, new Awaited.ChildUndone(sagaId));
    leave(wait);
    engine.dueIn(Duration.ZERO);
    throw Unwind.waiting(wait, engine.now());
  }

  private void leave(Wait wait) {
    try {
      journal.commitAndLeave(List.of(wait));
    } catch (PublishFailed e) {
      journal.dropEvents();
      leave(wait);
    }
  }

  private Journal.Entry undone(
      String identity, int count, Instant startedAt, @Nullable Transition end) {
    return new Journal.Entry(
        identity, StepRecord.Kind.UNDONE, null, null, count, startedAt, engine.now(), end);
  }

  /** An event that cannot be published does not keep a saga from being undone. */
  private void commit(@Nullable Transition transition) {
    try {
      journal.commit(transition);
    } catch (PublishFailed e) {
      journal.dropEvents();
      commit(transition);
    }
  }

  private static Unwind cannotUndo(
      String identity, SagaFailure why, int count, SagaFailure failure) {
    return Unwind.stuck(
        "Step "
            + identity
            + " could not be undone in "
            + count
            + (count == 1 ? " attempt: " : " attempts: ")
            + why.message(),
        failure,
        identity + StepContext.UNDO);
  }
}
