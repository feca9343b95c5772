package io.iworx.sagas;

import io.iworx.sagas.Attempts.Outcome;
import io.iworx.sagas.spi.StepRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the steps of a saga leave on record, and what a replay reads there. Safe for the threads of
 * its branches.
 */
final class StepNotes {
  private final SagaEngine engine;
  private final Journal journal;

  StepNotes(SagaEngine engine, Journal journal) {
    this.engine = engine;
    this.journal = journal;
  }

  /** The record of a step that commits with its rows. */
  Journal.Entry done(String identity, @Nullable Object value, int attempts, Instant startedAt) {
    var json = engine.json().encode("The result of step " + identity, value);
    return entry(identity, StepRecord.Kind.DONE, json, null, attempts, startedAt);
  }

  /** The record of one that was done outside waits for the next commit. */
  void noteDone(String identity, Outcome.Done done) {
    try {
      journal.note(done(identity, done.result(), done.attempts(), done.startedAt()));
    } catch (UnstorableValue e) {
      throw Unwind.stuck("Step " + identity + " is done but not recorded: " + e.getMessage());
    }
  }

  /** What a replay is to find again, such as the time. */
  void note(String identity, @Nullable String json, Instant at) {
    journal.note(entry(identity, StepRecord.Kind.NOTED, json, null, 1, at));
  }

  /** On record, so that a replay takes the same way; for the caller to throw. */
  StepFailed failed(String identity, Outcome.NotDone notDone) {
    if (notDone.thrown() instanceof PublishFailed) {
      journal.dropEvents();
    }
    return failed(identity, null, notDone.failure(), notDone.attempts(), notDone.startedAt());
  }

  /** The same of a step that was not begun. */
  StepFailed notBegun(String identity, SagaFailure failure) {
    return failed(identity, null, failure, 0, engine.now());
  }

  /** The same of branches together, with the step that failed in one of them. */
  StepFailed branchFailed(String identity, SagaFailure failure) {
    var step = engine.json().encode("The step that failed", failure.step());
    return failed(identity, step, failure, 1, engine.now());
  }

  /**
   * The recorded result of a step.
   *
   * @throws StepFailed when it failed
   */
  @Nullable Object result(String identity, StepRecord recorded, Class<?> type) {
    var failure = recorded.failure();
    if (recorded.kind() == StepRecord.Kind.FAILED && failure != null) {
      throw new StepFailed(failure);
    }
    return decode("The recorded result of " + identity, recorded.result(), type);
  }

  /** An event whose payload does not fit its class leaves the saga STUCK. */
  @Nullable Object payload(AwaitedEvent event, Class<?> type) {
    return decode("The payload of event " + event.id(), event.payload().toString(), type);
  }

  private @Nullable Object decode(String what, @Nullable String json, Class<?> type) {
    try {
      return engine.json().decode(what, json, type);
    } catch (SagaException e) {
      throw Unwind.stuck(String.valueOf(e.getMessage()));
    }
  }

  /** The record of branches together has the step that failed in them as its result. */
  @Nullable SagaFailure branchFailure(StepRecord recorded) {
    var failure = recorded.failure();
    var step = engine.json().decode("The step that failed", recorded.result(), String.class);
    return failure == null ? null : failure.at(String.valueOf(step));
  }

  private StepFailed failed(
      String identity,
      @Nullable String result,
      SagaFailure failure,
      int attempts,
      Instant startedAt) {
    journal.note(entry(identity, StepRecord.Kind.FAILED, result, failure, attempts, startedAt));
    return new StepFailed(failure);
  }

  private Journal.Entry entry(
      String identity,
      StepRecord.Kind kind,
      @Nullable String result,
      @Nullable SagaFailure failure,
      int attempts,
      Instant startedAt) {
    return new Journal.Entry(
        identity, kind, result, failure, attempts, startedAt, engine.now(), null);
  }
}
