package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The call did not bring a usable answer.
 *
 * @param kind what the failure permits: retry, wait, or give up
 * @param status the HTTP status; 0 when there was no answer
 * @param error one sentence: the {@code error} member of the answer, or what went wrong on the way
 * @param problem the answer's body as text, cut at 4 KiB; null when there was none
 * @param answeredKey the {@code idempotency-key} that the answer names: the receiver remembers this
 *     key, and what it answers is what became of every request with it; null when it names none
 * @param call what was called: {@code GET /assets/1}
 * @param correlationId the correlation id it was called with
 * @param tried every attempt, the last one included; empty when it was not even tried: the deadline
 *     had passed, the circuit breaker was open, no place was free, or there was no token
 * @param elapsed the time from the call to this outcome
 */
public record Failure<T>(
    FailureKind kind,
    int status,
    String error,
    @Nullable String problem,
    @Nullable String answeredKey,
    String call,
    String correlationId,
    List<Attempt> tried,
    Duration elapsed)
    implements Outcome<T> {

  /** Copies the list. */
  public Failure {
    tried = List.copyOf(tried);
  }

  /** A failure whose answer names no idempotency key, as an interceptor may return it. */
  public Failure(
      FailureKind kind,
      int status,
      String error,
      @Nullable String problem,
      String call,
      String correlationId,
      List<Attempt> tried,
      Duration elapsed) {
    this(kind, status, error, problem, null, call, correlationId, tried, elapsed);
  }

  /** How many times it was tried. */
  public int attempts() {
    return tried.size();
  }

  @Override
  public T orElseThrow() {
    throw new CallFailedException(this);
  }

  @Override
  public String toString() {
    return call
        + " failed: "
        + error
        + " ("
        + kind.getClass().getSimpleName()
        + ", status "
        + status
        + ", attempts "
        + attempts()
        + ", "
        + elapsed.toMillis()
        + " ms, correlation id "
        + correlationId
        + (attempts() < 2 ? "" : ", tried " + tried)
        + ")";
  }
}
