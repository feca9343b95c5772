package io.iworx.sagas;

import io.iworx.sagas.Unwind.Pause;
import io.iworx.sagas.spi.Awaited;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.Wait;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the body, or one of its branches, waits for in nobody's hands: that begins once all branches
 * wait or have ended. Belongs to the thread of its steps.
 */
final class Waits {
  /** Longer than anyone waits, and within what a store's time can say. */
  static final Duration LONGEST = Duration.ofDays(365_000);

  private final Steps steps;
  private final SagaEngine engine;
  private final Journal journal;
  private final StepContext context;
  private final JournalCommits commits;
  private final StepNotes notes;
  private final Children children;

  Waits(
      Steps steps,
      SagaEngine engine,
      Journal journal,
      StepContext context,
      JournalCommits commits,
      StepNotes notes) {
    this.steps = steps;
    this.engine = engine;
    this.journal = journal;
    this.context = context;
    this.commits = commits;
    this.notes = notes;
    this.children = new Children(engine, context);
  }

  /** Until the time has come. */
  void sleep(Duration duration) {
    steps.enter("sleep", () -> waited(steps.next("$sleep"), duration, null));
  }

  /** Until an event has come; null when the time has come first. */
  @Nullable AwaitedEvent event(Awaited.Event event, Duration timeout) {
    return (AwaitedEvent)
        steps.enter("await", () -> waited(steps.next("$await:" + event.type()), timeout, event));
  }

  /** What the payload of an event says. */
  Object payload(AwaitedEvent event, Class<?> type) {
    return Objects.requireNonNull(steps.enter("await", () -> notes.payload(event, type)));
  }

  private @Nullable Object waited(
      String identity, Duration duration, Awaited.@Nullable Event event) {
    var recorded = steps.recorded(identity);
    if (recorded == null) {
      engine.requireOpen();
      steps.requireGoingOn();
      if (event != null) {
        follow(event.type());
      }
      throw begin(identity, limited(duration), event);
    }
    return notes.result(identity, recorded, AwaitedEvent.class);
  }

  private void follow(String type) {
    try {
      engine.arrivals().follow(type, context.startedAt());
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (RuntimeException e) {
      throw Unwind.storeFailed(e);
    }
  }

  /** Until a saga has ended that is a step of this one. */
  <I> @Nullable Object child(String name, SagaDefinition<I, ?> definition, I input) {
    return steps.enter(
        name,
        () -> {
          var identity = steps.next(name);
          var child = children.of(identity, definition, input);
          var recorded = recorded(identity, child.id());
          if (recorded == null) {
            throw begin(identity, patience(identity, child.id()), new Awaited.Child(child));
          }
          var result = notes.result(identity, recorded, children.outputType(definition));
          steps.undoable(new Undoable.ByChild(identity, child.id()));
          return result;
        });
  }

  /** A child that was begun ends before its parent does, whatever becomes of that. */
  private @Nullable StepRecord recorded(String identity, String child) {
    try {
      var recorded = steps.recorded(identity);
      if (recorded == null) {
        engine.requireOpen();
        journal.requireNotCancelled();
      }
      return recorded;
    } catch (Unwind e) {
      if (e.why().undoes() && children.isBegun(child)) {
        steps.undoable(new Undoable.ByChild(identity, child));
      }
      throw e;
    }
  }

  /** When the time of its parent is over, a child is cancelled; one that was not begun is not. */
  private Duration patience(String identity, String child) {
    if (steps.end() == null || engine.now().isBefore(steps.end())) {
      return limited(LONGEST);
    }
    if (!children.isBegun(child)) {
      steps.requireTimeLeft(identity);
    }
    children.cancel(child, "The time of saga " + context.sagaId() + " was over.");
    return LONGEST;
  }

  /** What is left of the saga's own time, at most so long. */
  private Duration limited(Duration duration) {
    var left = steps.end() == null ? LONGEST : Duration.between(engine.now(), steps.end());
    var limited = left.compareTo(duration) < 0 ? left : duration;
    return limited.isNegative() ? Duration.ZERO : limited;
  }

  private Unwind begin(String identity, Duration duration, @Nullable Awaited what) {
    var unwind = Unwind.waiting(new Wait(identity, duration, what), engine.now());
    if (!steps.isBranch()) {
      try {
        leave(unwind);
      } catch (StepFailed e) {
        throw notes.notBegun(identity, e.failure());
      }
    }
    return unwind;
  }

  /**
   * The commit with which nobody holds the saga any more.
   *
   * @throws StepFailed when an event that waited for it cannot be published
   */
  void leave(Unwind unwind) {
    commits.run(steps.retry(), () -> journal.commitAndLeave(left(unwind.pauses())));
    // An event or end that was there already has ended its wait by now.
    left(unwind.pauses()).stream()
        .map(wait -> wait.what() == null ? wait.duration() : Duration.ZERO)
        .min(Duration::compareTo)
        .ifPresent(engine::dueIn);
  }

  private List<Wait> left(List<Pause> pauses) {
    var now = engine.now();
    return pauses.stream().map(pause -> pause.left(now)).toList();
  }

  /** Beside a branch that has failed: a child that was begun is cancelled, and its end awaited. */
  boolean mustEnd(Pause pause) {
    if (!(pause.of().what() instanceof Awaited.Child(var child)) || !children.isBegun(child.id())) {
      return false;
    }
    children.cancel(child.id(), "In saga " + context.sagaId() + " a branch beside it has failed.");
    return true;
  }
}
