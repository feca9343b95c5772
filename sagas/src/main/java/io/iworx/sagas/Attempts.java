package io.iworx.sagas;

import io.iworx.correlation.FailureKind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Repeats a failing piece of work as its failures permit, and says how it ended. */
final class Attempts {
  /** Longer than this nobody is waited for at one time, whatever a throttled receiver asks. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  private final SagaEngine engine;
  private final @Nullable StepTrace trace;

  /** Without a trace, what is repeated is the engine's own business. */
  Attempts(SagaEngine engine, @Nullable StepTrace trace) {
    this.engine = engine;
    this.trace = trace;
  }

  /** One attempt, from 1. */
  @FunctionalInterface
  interface Attempt {
    @Nullable Object run(int number, Instant firstStartedAt) throws Exception;
  }

  /** How it ended, once it is not repeated any more. */
  sealed interface Outcome {

    /** It returned. */
    record Done(@Nullable Object result, int attempts, Instant startedAt) implements Outcome {}

    /** It surely did not happen. */
    record NotDone(SagaFailure failure, Exception thrown, int attempts, Instant startedAt)
        implements Outcome {}

    /** It may have happened. */
    record Unclear(SagaFailure failure, int attempts) implements Outcome {}
  }

  /**
   * Tries until it returns, fails for good, or was tried enough.
   *
   * @param until no attempt but the first begins after this; null for no such limit
   */
  Outcome run(
      String identity, RetryPolicy policy, @Nullable Instant until, Doubt doubt, Attempt attempt) {
    var firstStartedAt = engine.now();
    for (var number = 1; ; number++) {
      engine.requireOpen();
      var startedAt = engine.now();
      var begin = System.nanoTime();
      try {
        var result = attempt.run(number, firstStartedAt);
        note(identity, number, startedAt, begin, null);
        return new Outcome.Done(result, number, firstStartedAt);
      } catch (Exception e) {
        note(identity, number, startedAt, begin, e);
        // Whatever fails while closing fails because of it: the next holder tries again.
        engine.requireOpen();
        var kind = doubt.after(e);
        // A refusal that says nothing of an earlier attempt leaves that attempt's outcome open.
        var refused = kind instanceof FailureKind.Permanent && !doubt.maybeDone();
        var pause = pause(policy, number, kind);
        var over = until != null && !engine.now().plus(pause).isBefore(until);
        if (refused || over || number == policy.maxAttempts()) {
          var failure = SagaFailure.of(identity, kind, e);
          return doubt.maybeDone()
              ? new Outcome.Unclear(failure, number)
              : new Outcome.NotDone(failure, e, number, firstStartedAt);
        }
        engine.pause(pause);
      }
    }
  }

  private Duration pause(RetryPolicy policy, int number, FailureKind kind) {
    var delay = policy.delayAfter(number, engine.random());
    if (kind instanceof FailureKind.Throttled(var retryAfter) && retryAfter.compareTo(delay) > 0) {
      return retryAfter.compareTo(LONGEST_PAUSE) < 0 ? retryAfter : LONGEST_PAUSE;
    }
    return delay;
  }

  private void note(
      String identity, int number, Instant startedAt, long begin, @Nullable Exception failure) {
    if (trace != null) {
      var took = Duration.ofNanos(System.nanoTime() - begin);
      trace.step(identity, number, startedAt, took, failure);
    }
  }
}
