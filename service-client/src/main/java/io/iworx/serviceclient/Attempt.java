package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One try of a call, after it has ended.
 *
 * @param number which one, from 1
 * @param target the service that was called: {@code assets}
 * @param after the time from the call to the beginning of this attempt
 * @param took the time from there to its end
 * @param status the HTTP status; 0 when there was no answer
 * @param kind what its failure permits; null when it did not fail
 * @param error why it failed, in one sentence; null when it did not
 */
public record Attempt(
    int number,
    String target,
    Duration after,
    Duration took,
    int status,
    @Nullable FailureKind kind,
    @Nullable String error) {

  /** {@code 2 at 57 ms: Retryable, status 503, in 4 ms}. */
  @Override
  public String toString() {
    return number
        + " at "
        + after.toMillis()
        + " ms: "
        + (kind == null ? "answered" : kind.getClass().getSimpleName())
        + ", status "
        + status
        + ", in "
        + took.toMillis()
        + " ms";
  }
}
