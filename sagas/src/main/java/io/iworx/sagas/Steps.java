package io.iworx.sagas;

import io.iworx.eventbus.NewEvent;
import io.iworx.sagas.Attempts.Outcome;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.Transition;
import io.iworx.sagas.spi.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a saga's body: replays what is recorded, executes and records the rest. Belongs to
 * the thread that runs the body.
 */
final class Steps {
  private final Thread owner = Thread.currentThread();
  private final SagaEngine engine;
  private final Journal journal;
  private final StepContext context;
  private final Attempts attempts;
  private final Attempts flushes;
  private final Map<String, Integer> occurrences = new HashMap<>();
  private final List<Undoable> undoables = new ArrayList<>();
  private @Nullable Unwind unwound;
  private @Nullable String current;
  private boolean mayHaveBegun;
  private @Nullable Instant end;

  /**
   * A pass.
   *
   * @param resumed whether there was another before it, which may have begun a step that it left no
   *     record of: the first that this one executes
   */
  Steps(SagaEngine engine, Journal journal, StepContext context, StepTrace trace, boolean resumed) {
    this.engine = engine;
    this.journal = journal;
    this.context = context;
    this.attempts = new Attempts(engine, trace);
    this.flushes = new Attempts(engine, null);
    this.mayHaveBegun = resumed;
  }

  /** What was done in this pass, in order. */
  List<Undoable> undoables() {
    return undoables;
  }

  /** Throws again what a body has caught that it should not have. */
  void rethrowUnwind() {
    if (unwound != null) {
      throw unwound;
    }
  }

  @Nullable Object run(String name, Work work, Undo undo, Class<?> type, StepLimits limits) {
    return enter(name, () -> replayOrRun(identity(name), work, undo, type, limits));
  }

  /** Counted from the saga's start, so that it is the same on every replay. */
  void endWithin(Duration timeout) {
    enter(
        "endWithin",
        () -> {
          end = context.startedAt().plus(timeout);
          return null;
        });
  }

  Instant now() {
    var now = enter("now", () -> replayOrNote(identity("$now")));
    return Instant.parse(String.valueOf(now));
  }

  String newId() {
    return String.valueOf(enter("newId", () -> context.derivedId(identity("$id"))));
  }

  void publish(NewEvent<?> event) {
    enter(
        "publish",
        () -> {
          var id = context.derivedId(identity("$publish:" + event.type().name()));
          // A record after this point proves that the event was committed with it.
          if (!journal.isReplaying()) {
            journal.publish(event.withId(id).withCorrelation(context.correlation()));
          }
          return null;
        });
  }

  /**
   * Commits what waits, with the end of the saga.
   *
   * @throws StepFailed when an event that waited cannot be published
   */
  void end(Transition transition) {
    commit(() -> journal.commit(transition));
  }

  /** Until the time has come, the saga is in nobody's hands, and the body is left. */
  void sleep(Duration duration) {
    enter(
        "sleep",
        () -> {
          var identity = identity("$sleep");
          if (journal.replay(identity) == null) {
            sleepOrNote(identity, duration);
          }
          return null;
        });
  }

  private void sleepOrNote(String identity, Duration duration) {
    engine.requireOpen();
    journal.requireNotCancelled();
    if (journal.isDue(identity)) {
      mayHaveBegun = false;
      journal.note(entry(identity, StepRecord.Kind.NOTED, null, null, 1, engine.now()));
      return;
    }
    var now = engine.now();
    var left = end == null ? duration : Duration.between(now, end);
    var wait = left.compareTo(duration) < 0 ? left : duration;
    var atLeast = wait.isNegative() ? Duration.ZERO : wait;
    commit(() -> journal.commitAndLeave(new Wait(identity, atLeast)));
    engine.dueIn(atLeast);
    throw Unwind.waiting(identity);
  }

  /** A commit of the journal. */
  @FunctionalInterface
  private interface Commit {
    void run() throws PublishFailed;
  }

  private void commit(Commit commit) {
    var outcome =
        flushes.run(
            "publish",
            retry(),
            null,
            Doubt.inside(),
            (_, _) -> {
              commit.run();
              return null;
            });
    switch (outcome) {
      case Outcome.Done _ -> {}
      case Outcome.NotDone(var failure, _, _, _) -> {
        journal.dropEvents();
        throw new StepFailed(failure);
      }
      case Outcome.Unclear(var failure, _) ->
          throw Unwind.storeFailed(new SagaException(failure.message()));
    }
  }

  private @Nullable Object enter(String what, Supplier<@Nullable Object> work) {
    rethrowUnwind();
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException(
          "Only the thread that runs the saga's body may call the saga (" + what + ").");
    }
    if (current != null) {
      throw new IllegalStateException(
          "Step " + current + " is being executed; " + what + " must come before or after it.");
    }
    try {
      return work.get();
    } catch (Unwind e) {
      unwound = e;
      throw e;
    } finally {
      current = null;
    }
  }

  private String identity(String name) {
    var occurrence = occurrences.merge(name, 1, Integer::sum);
    return occurrence == 1 ? name : name + "#" + occurrence;
  }

  private @Nullable Object replayOrNote(String identity) {
    var recorded = journal.replay(identity);
    if (recorded != null) {
      return engine.json().decode("The recorded " + identity, recorded.result(), String.class);
    }
    var now = engine.now();
    var json = engine.json().encode("The time", now.toString());
    journal.note(entry(identity, StepRecord.Kind.NOTED, json, null, 1, now));
    return now.toString();
  }

  private @Nullable Object replayOrRun(
      String identity, Work work, Undo undo, Class<?> type, StepLimits limits) {
    var recorded = journal.replay(identity);
    var result =
        recorded != null ? replayed(identity, recorded, type) : execute(identity, work, limits);
    var undoing = undo.of(result);
    if (undoing != null) {
      undoables.add(new Undoable(identity, undoing));
    }
    return result;
  }

  private @Nullable Object replayed(String identity, StepRecord recorded, Class<?> type) {
    var failure = recorded.failure();
    if (recorded.kind() == StepRecord.Kind.FAILED && failure != null) {
      throw new StepFailed(failure);
    }
    try {
      return engine.json().decode("The recorded result of " + identity, recorded.result(), type);
    } catch (SagaException e) {
      throw Unwind.stuck(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable Object execute(String identity, Work work, StepLimits limits) {
    engine.requireOpen();
    // What may have been begun ends with a known outcome first.
    if (!(mayHaveBegun && work instanceof Work.Outside)) {
      journal.requireNotCancelled();
      requireTimeLeft(identity);
    }
    if (work instanceof Work.Outside) {
      commit(() -> journal.commit(null));
    }
    var tried = mayHaveBegun;
    mayHaveBegun = false;
    current = identity;
    var until = limits.end(engine.now(), end);
    var retry = limits.retry() == null ? retry() : limits.retry();
    var outcome =
        switch (work) {
          case Work.Inside(var code) -> executeInside(identity, retry, until, code);
          case Work.Outside(var code) ->
              attempts.run(
                  identity,
                  retry,
                  until,
                  Doubt.outside(context.idempotencyKey(identity), tried),
                  (number, _) -> context.inScope(identity, number, until, code));
        };
    return switch (outcome) {
      case Outcome.Done done -> {
        if (work instanceof Work.Outside) {
          noteDone(identity, done);
        }
        yield done.result();
      }
      case Outcome.NotDone notDone -> throw failed(identity, notDone);
      case Outcome.Unclear(var failure, var count) ->
          throw Unwind.stuck(
              "Step "
                  + identity
                  + " may have happened or not: "
                  + (tried ? "an earlier attempt left no record, and " : "")
                  + "of "
                  + count
                  + (count == 1 ? " attempt" : " attempts")
                  + " with the same idempotency key none told ("
                  + failure.message()
                  + ").",
              failure,
              identity);
    };
  }

  /** On record, so that a replay at another time goes the same way. */
  private void requireTimeLeft(String identity) {
    if (end == null || engine.now().isBefore(end)) {
      return;
    }
    var failure =
        new SagaFailure(
            identity,
            "Step " + identity + " was not begun: the saga had time until " + end + ".",
            SagaFailure.Kind.EXPIRED,
            "expired",
            null);
    journal.note(entry(identity, StepRecord.Kind.FAILED, null, failure, 0, engine.now()));
    throw new StepFailed(failure);
  }

  private Outcome executeInside(
      String identity, RetryPolicy retry, @Nullable Instant until, Work.InsideCode code) {
    return attempts.run(
        identity,
        retry,
        until,
        Doubt.inside(),
        (number, startedAt) -> {
          var result = new AtomicReference<@Nullable Object>();
          journal.commitWith(
              connection -> {
                var value = context.inScope(identity, number, until, () -> code.run(connection));
                result.set(value);
                var json = engine.json().encode("The result of step " + identity, value);
                return entry(identity, StepRecord.Kind.DONE, json, null, number, startedAt);
              });
          return result.get();
        });
  }

  private void noteDone(String identity, Outcome.Done done) {
    try {
      var json = engine.json().encode("The result of step " + identity, done.result());
      journal.note(
          entry(identity, StepRecord.Kind.DONE, json, null, done.attempts(), done.startedAt()));
    } catch (UnstorableValue e) {
      throw Unwind.stuck("Step " + identity + " is done but not recorded: " + e.getMessage());
    }
  }

  private StepFailed failed(String identity, Outcome.NotDone notDone) {
    if (notDone.thrown() instanceof PublishFailed) {
      journal.dropEvents();
    }
    journal.note(
        entry(
            identity,
            StepRecord.Kind.FAILED,
            null,
            notDone.failure(),
            notDone.attempts(),
            notDone.startedAt()));
    return new StepFailed(notDone.failure());
  }

  private Journal.Entry entry(
      String identity,
      StepRecord.Kind kind,
      @Nullable String result,
      @Nullable SagaFailure failure,
      int count,
      Instant startedAt) {
    return new Journal.Entry(identity, kind, result, failure, count, startedAt, engine.now(), null);
  }

  /** Once the saga was taken over nobody waits for it any more, and patience costs nothing. */
  private RetryPolicy retry() {
    var options = engine.options();
    return context.isTakenOver() ? options.compensationRetry() : options.stepRetry();
  }
}
