package io.iworx.sagas.spi;

import io.iworx.sagas.SagaFailure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a step for good.
 *
 * @param sequence the order of recording within the saga, from 1 without gaps
 * @param step the step's identity: the branches it is in, its name, and its occurrence from the
 *     second on ({@code reserve#2}, {@code parts/reserve}); names that begin with {@code $} are the
 *     engine's own
 * @param kind what is known
 * @param result what it returned, as JSON; null unless DONE or NOTED, or the failure of branches:
 *     then the step that failed in them
 * @param failure why it failed; null unless FAILED
 * @param attempts how many attempts this took on the instance that recorded it
 * @param startedAt when the first of them began
 * @param endedAt when the last of them ended
 */
public record StepRecord(
    int sequence,
    String step,
    Kind kind,
    @Nullable String result,
    @Nullable SagaFailure failure,
    int attempts,
    Instant startedAt,
    Instant endedAt) {

  /** What a record says. */
  public enum Kind {
    /** The step's action returned. */
    DONE,
    /** The step did not happen and is not tried again. */
    FAILED,
    /** The step's compensation returned. */
    UNDONE,
    /** A value the body asked for, such as the time. */
    NOTED
  }
}
