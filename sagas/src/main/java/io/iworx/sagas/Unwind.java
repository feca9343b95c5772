package io.iworx.sagas;

import io.iworx.sagas.spi.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a saga's body because this instance cannot go on with it now. An {@link Error}, so that a
 * body that catches its own exceptions does not catch it; and if it does, every later call of the
 * saga throws it again.
 */
final class Unwind extends Error {

  /** What the runner does next; where branches have several reasons, the first of these. */
  enum Why {
    /** Nothing: it never became durable, which its starter is told. */
    NOT_STARTED,
    /** Nothing: another instance goes on. */
    CLAIM_LOST,
    /** Load the saga again and run the body again. */
    STORE_FAILED,
    /** Nothing: this instance is closing. */
    CLOSING,
    /** Make the saga STUCK with this message as its reason. */
    STUCK,
    /** Undo: the replay has passed the last record of a saga that is COMPENSATING. */
    REPLAYED,
    /** Undo: its cancellation was asked for. */
    CANCELLED,
    /** Nothing: it is in nobody's hands until its time has come. */
    WAITING,
    /** Leaves a branch, because another beside it has failed. */
    STOPPED;

    /** Whether nothing that this instance knows may be recorded any more. */
    boolean endsRecording() {
      return this == NOT_STARTED || this == CLAIM_LOST || this == STORE_FAILED;
    }

    /** Whether what was done is undone next. */
    boolean undoes() {
      return this == REPLAYED || this == CANCELLED;
    }
  }

  private final Why why;
  private final transient @Nullable SagaFailure failure;
  private final transient List<Pause> pauses;
  private final @Nullable String step;

  /** A wait, and when it began here. */
  record Pause(Wait of, Instant began) {
    /** What is left of it, while other branches went on. */
    Wait left(Instant now) {
      var left = of.duration().minus(Duration.between(began, now));
      return new Wait(of.step(), left.isNegative() ? Duration.ZERO : left, of.what());
    }
  }

  private Unwind(
      Why why,
      String message,
      @Nullable SagaFailure failure,
      @Nullable String step,
      @Nullable Throwable cause) {
    this(why, message, failure, step, cause, List.of());
  }

  private Unwind(
      Why why,
      String message,
      @Nullable SagaFailure failure,
      @Nullable String step,
      @Nullable Throwable cause,
      List<Pause> pauses) {
    super(message, cause);
    this.pauses = pauses;
    this.step = step;
    this.why = why;
    this.failure = failure;
  }

  static Unwind stuck(String reason) {
    return new Unwind(Why.STUCK, reason, null, null, null);
  }

  /** At a step, or with {@code /undo} at the end at its compensation. */
  static Unwind stuck(String reason, SagaFailure failure, String step) {
    return new Unwind(Why.STUCK, reason, failure, step, null);
  }

  static Unwind claimLost(Throwable cause) {
    return new Unwind(Why.CLAIM_LOST, String.valueOf(cause.getMessage()), null, null, cause);
  }

  static Unwind closing() {
    return new Unwind(Why.CLOSING, "Sagas are closing on this instance.", null, null, null);
  }

  static Unwind storeFailed(Throwable cause) {
    return new Unwind(Why.STORE_FAILED, String.valueOf(cause.getMessage()), null, null, cause);
  }

  static Unwind replayed() {
    return new Unwind(Why.REPLAYED, "Everything recorded is replayed.", null, null, null);
  }

  static Unwind waiting(Wait wait, Instant began) {
    return waiting(List.of(new Pause(wait, began)));
  }

  /** In several branches, until the first of these ends. */
  static Unwind waiting(List<Pause> pauses) {
    var steps = pauses.stream().map(pause -> pause.of().step()).toList();
    return new Unwind(Why.WAITING, "It waits at " + steps + ".", null, null, null, pauses);
  }

  static Unwind stopped() {
    return new Unwind(Why.STOPPED, "Another branch has failed.", null, null, null);
  }

  static Unwind notStarted(String reason) {
    return new Unwind(Why.NOT_STARTED, reason, null, null, null);
  }

  static Unwind cancelled(String reason) {
    return new Unwind(
        Why.CANCELLED,
        reason,
        new SagaFailure(SagaFailure.CANCEL, reason, SagaFailure.Kind.PERMANENT, "cancelled", null),
        null,
        null);
  }

  /** What a saga that leaves waits for. */
  List<Pause> pauses() {
    return pauses;
  }

  Why why() {
    return why;
  }

  /** What failed before the saga became stuck; null when nothing did. */
  @Nullable SagaFailure failure() {
    return failure;
  }

  /** Where it is stuck; null when no step is to blame. */
  @Nullable String step() {
    return step;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
