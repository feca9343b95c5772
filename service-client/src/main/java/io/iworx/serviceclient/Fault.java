package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * Why one attempt did not bring what was asked for.
 *
 * @param kind what that permits
 * @param status the HTTP status; 0 when there was no answer
 * @param error one sentence
 * @param problem the answer's body as text, cut; null when there was none
 * @param answeredKey the idempotency key that the answer names; null when it names none
 * @param cause who ended it
 */
record Fault(
    FailureKind kind,
    int status,
    String error,
    @Nullable String problem,
    @Nullable String answeredKey,
    Cause cause)
    implements Reply {

  /** Who ended an attempt that brought no answer, or that there was one. */
  enum Cause {
    /** The other side, or the way to it. */
    TARGET,
    /**
     * The other side had closed a kept connection: its ordinary end, and no failure of the call.
     */
    STALE,
    /** The other side, in the middle of an answer that the caller was already reading. */
    MID_STREAM,
    /** This side: interrupted, closed, no connection free, a body that cannot be read. */
    CALLER,
    /** This side, which did not even try. */
    REFUSED,
    /** An answer came. */
    ANSWER
  }

  static Fault refused(FailureKind kind, String error) {
    return new Fault(kind, 0, error, null, null, Cause.REFUSED);
  }

  static Fault unanswered(NetworkFailure failure, Cause cause) {
    return new Fault(failure.kind(), 0, failure.error(), null, null, cause);
  }

  /** Whether not a byte of the request went out. */
  boolean unsent() {
    return status == 0 && kind instanceof FailureKind.Retryable;
  }

  @Override
  public Breaker.Verdict verdict() {
    return switch (cause) {
      case TARGET, MID_STREAM ->
          kind instanceof FailureKind.Permanent ? Breaker.Verdict.NOTHING : Breaker.Verdict.FAILED;
      case STALE, CALLER, REFUSED -> Breaker.Verdict.NOTHING;
      case ANSWER -> Reply.verdict(status);
    };
  }
}
