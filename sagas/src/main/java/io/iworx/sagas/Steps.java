package io.iworx.sagas;

import io.iworx.eventbus.NewEvent;
import io.iworx.sagas.Attempts.Outcome;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a saga's body, or of one of its branches: replays what is recorded, executes and
 * records the rest. Belongs to the thread that runs the body or branch.
 */
final class Steps {
  private final SagaEngine engine;
  private final Journal journal;
  private final Replay replay;
  private final StepContext context;
  private final Attempts attempts;
  private final JournalCommits commits;
  private final StepNotes notes;
  private final Waits waits;
  private final Identities identities;
  private final @Nullable Parallel parallel;
  private final List<Undoable> undoables;
  private volatile Thread owner = Thread.currentThread();
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
    this.replay = journal.replay("");
    this.context = context;
    this.attempts = new Attempts(engine, trace);
    this.commits = new JournalCommits(engine, journal);
    this.notes = new StepNotes(engine, journal);
    this.waits = new Waits(this, engine, journal, context, commits, notes);
    this.identities = new Identities("");
    this.parallel = null;
    this.undoables = Collections.synchronizedList(new ArrayList<>());
    this.mayHaveBegun = resumed;
  }

  /** A branch of it. */
  private Steps(Steps parent, String branchPath, Parallel parallel) {
    this.engine = parent.engine;
    this.journal = parent.journal;
    this.replay = parent.journal.replay(branchPath);
    this.context = parent.context;
    this.attempts = parent.attempts;
    this.commits = parent.commits;
    this.notes = parent.notes;
    this.waits = new Waits(this, engine, journal, context, commits, notes);
    this.identities = new Identities(branchPath);
    this.parallel = parallel;
    this.undoables = parent.undoables;
    this.mayHaveBegun = parent.mayHaveBegun;
    this.end = parent.end;
  }

  /** What was done in this pass, branches included. */
  List<Undoable> undoables() {
    return List.copyOf(undoables);
  }

  void undoable(Undoable undoable) {
    undoables.add(undoable);
  }

  /** What this body or branch waits for. */
  Waits waits() {
    return waits;
  }

  boolean isBranch() {
    return parallel != null;
  }

  /** Of the saga's own time; null for none. */
  @Nullable Instant end() {
    return end;
  }

  /** The identity of what the body comes to. */
  String next(String name) {
    return identities.next(name);
  }

  /** Throws again what a body has caught that it should not have. */
  void rethrowUnwind() {
    if (unwound != null) {
      throw unwound;
    }
  }

  @Nullable Object run(String name, Work work, Undo undo, Class<?> type, StepLimits limits) {
    return enter(name, () -> replayOrRun(identities.next(name), work, undo, type, limits));
  }

  /** Runs branches beside each other, each in its own part of the records. */
  void parallel(List<? extends Branch<?>> branches) {
    enter(
        "parallel",
        () -> {
          runAll(branches);
          return null;
        });
  }

  private void runAll(List<? extends Branch<?>> branches) {
    var identity = identities.next("$parallel");
    var recorded = replay.nextIf(identity);
    var all = new Parallel(recorded != null, parallel);
    var steps = new ArrayList<Steps>();
    for (var branch : branches) {
      var branchSteps = new Steps(this, identities.nextPath(branch.name()), all);
      steps.add(branchSteps);
      all.add(branch, branchSteps);
    }
    all.join();
    // What one of them executed here, nobody had got past before.
    mayHaveBegun &= steps.stream().allMatch(branch -> branch.mayHaveBegun);
    var unwind = all.unwind(waits::mustEnd);
    if (unwind != null) {
      throw unwind.why() == Unwind.Why.WAITING && parallel == null
          ? leave(identity, unwind)
          : unwind;
    }
    var failure = recorded == null ? all.failure(journal) : notes.branchFailure(recorded);
    if (failure != null) {
      // Once on record, no branch goes further in a replay than it has now.
      throw recorded == null ? notes.branchFailed(identity, failure) : new StepFailed(failure);
    }
  }

  private Unwind leave(String identity, Unwind unwind) {
    try {
      waits.leave(unwind);
      return unwind;
    } catch (StepFailed e) {
      throw notes.branchFailed(identity, e.failure());
    }
  }

  /** Runs a branch on the thread that is its own. */
  void run(Branch<?> branch) throws Exception {
    owner = Thread.currentThread();
    context
        .correlation()
        .call(
            () -> {
              branch.run(new Saga(context.sagaId(), this));
              return null;
            });
    rethrowUnwind();
    replay.requireOver();
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
    var now = enter("now", () -> replayOrNote(identities.next("$now")));
    return Instant.parse(String.valueOf(now));
  }

  String newId() {
    return String.valueOf(enter("newId", () -> context.derivedId(identities.next("$id"))));
  }

  void publish(NewEvent<?> event) {
    enter(
        "publish",
        () -> {
          var id = context.derivedId(identities.next("$publish:" + event.type().name()));
          // A record after this point proves that the event was committed with it.
          if (!isReplaying()) {
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
    commits.run(retry(), () -> journal.commit(transition));
  }

  private boolean isReplaying() {
    return journal.state() == SagaState.COMPENSATING
        || !replay.isOver()
        || (parallel != null && parallel.replayOnly());
  }

  /** What is recorded of the step that is reached next; null when the body has not been there. */
  @Nullable StepRecord recorded(String identity) {
    var recorded = replay.next(identity);
    if (recorded == null && parallel != null && parallel.replayOnly()) {
      throw Unwind.stopped();
    }
    if (recorded == null && journal.state() == SagaState.COMPENSATING) {
      throw Unwind.replayed();
    }
    return recorded;
  }

  /** A step that is new begins only while nothing says that the saga does not go on. */
  void requireGoingOn() {
    if (parallel != null && parallel.isStopping()) {
      throw Unwind.stopped();
    }
    journal.requireNotCancelled();
  }

  @Nullable Object enter(String what, Supplier<@Nullable Object> work) {
    rethrowUnwind();
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException(
          "Only the thread that runs the saga's body may call the saga, and that of a branch the"
              + " branch's own ("
              + what
              + ").");
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

  private @Nullable Object replayOrNote(String identity) {
    var recorded = recorded(identity);
    if (recorded != null) {
      return engine.json().decode("The recorded " + identity, recorded.result(), String.class);
    }
    requireGoingOn();
    var now = engine.now();
    var json = engine.json().encode("The time", now.toString());
    notes.note(identity, json, now);
    return now.toString();
  }

  private @Nullable Object replayOrRun(
      String identity, Work work, Undo undo, Class<?> type, StepLimits limits) {
    var recorded = recorded(identity);
    var result =
        recorded != null ? notes.result(identity, recorded, type) : execute(identity, work, limits);
    var undoing = undo.of(result);
    if (undoing != null) {
      undoables.add(new Undoable.ByWork(identity, undoing));
    }
    return result;
  }

  private @Nullable Object execute(String identity, Work work, StepLimits limits) {
    engine.requireOpen();
    // What may have been begun ends with a known outcome first.
    if (!(mayHaveBegun && work instanceof Work.Outside)) {
      requireGoingOn();
      requireTimeLeft(identity);
    }
    if (work instanceof Work.Outside) {
      commitBefore(identity);
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
          notes.noteDone(identity, done);
        }
        yield done.result();
      }
      case Outcome.NotDone notDone -> throw notes.failed(identity, notDone);
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

  /** An event that cannot be published fails the step, on record. */
  private void commitBefore(String identity) {
    try {
      commits.run(retry(), () -> journal.commit(null));
    } catch (StepFailed e) {
      throw notes.notBegun(identity, e.failure());
    }
  }

  /** On record, so that a replay at another time goes the same way. */
  void requireTimeLeft(String identity) {
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
    throw notes.notBegun(identity, failure);
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
                return notes.done(identity, value, number, startedAt);
              });
          return result.get();
        });
  }

  /** Once the saga was taken over nobody waits for it any more, and patience costs nothing. */
  RetryPolicy retry() {
    var options = engine.options();
    return context.isTakenOver() ? options.compensationRetry() : options.stepRetry();
  }
}
