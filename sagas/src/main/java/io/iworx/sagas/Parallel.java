package io.iworx.sagas;

import io.iworx.sagas.Unwind.Pause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Branches of a saga that run beside each other, each on a virtual thread. When one fails, the
 * others end the step they are in with a known outcome and begin no other.
 */
final class Parallel {
  private final boolean replayOnly;
  private final @Nullable Parallel outer;
  private final Queue<SagaFailure> failures = new ConcurrentLinkedQueue<>();
  private final List<Running> running = new ArrayList<>();

  /**
   * None yet.
   *
   * @param replayOnly whether their failure is on record: they take no step that is not
   * @param outer what the branch that begins these is part of; null for the body itself
   */
  Parallel(boolean replayOnly, @Nullable Parallel outer) {
    this.replayOnly = replayOnly;
    this.outer = outer;
  }

  /** One branch, on its thread. */
  private final class Running {
    private final Thread thread;
    private @Nullable Unwind unwind;

    Running(Branch<?> branch, Steps steps) {
      thread =
          Thread.ofVirtual()
              .name("saga-branch-" + branch.name())
              .unstarted(() -> unwind = run(branch, steps));
    }
  }

  boolean replayOnly() {
    return replayOnly || (outer != null && outer.replayOnly());
  }

  /** Whether no branch is to begin another step. */
  boolean isStopping() {
    return !failures.isEmpty() || (outer != null && outer.isStopping());
  }

  /** Why they failed: the first that did, in this pass or on record; null when none has. */
  @Nullable SagaFailure failure(Journal journal) {
    return failures.stream()
        .min(Comparator.comparingInt(it -> journal.sequenceOf(it.step())))
        .orElse(null);
  }

  void add(Branch<?> branch, Steps steps) {
    running.add(new Running(branch, steps));
  }

  private @Nullable Unwind run(Branch<?> branch, Steps steps) {
    try {
      steps.run(branch);
      return null;
    } catch (Unwind e) {
      return e;
    } catch (StepFailed e) {
      failures.add(e.failure());
      return null;
    } catch (Exception e) {
      failures.add(SagaFailure.of(SagaFailure.BODY, e));
      return null;
    } catch (Error e) {
      return Unwind.stuck("Branch " + branch.name() + " threw " + e + ".");
    }
  }

  /** Runs all that were added until each has ended; an interrupt is passed on to them. */
  void join() {
    running.forEach(it -> it.thread.start());
    var interrupted = false;
    for (var it : running) {
      while (true) {
        try {
          it.thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          running.forEach(other -> other.thread.interrupt());
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Why the body is to be left: of the reasons of all branches the one that decides; or null.
   *
   * @param mustEnd what is to be waited for although a branch has failed
   */
  @Nullable Unwind unwind(Predicate<Pause> mustEnd) {
    var unwinds = running.stream().map(it -> it.unwind).filter(Objects::nonNull).toList();
    var first = unwinds.stream().min(Comparator.comparing(Unwind::why)).orElse(null);
    if (first == null || first.why() == Unwind.Why.STOPPED) {
      return null;
    }
    if (first.why() != Unwind.Why.WAITING) {
      return first;
    }
    var pauses =
        unwinds.stream()
            .flatMap(it -> it.pauses().stream())
            .filter(pause -> failures.isEmpty() || mustEnd.test(pause))
            .toList();
    return pauses.isEmpty() ? null : Unwind.waiting(pauses);
  }
}
