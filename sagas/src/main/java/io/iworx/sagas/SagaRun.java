package io.iworx.sagas;

import java.time.Duration;

/**
 * One run of a saga: a handle on what is stored, whichever instance runs it. Safe for any thread.
 *
 * @param <O> what the saga's body returns
 */
public interface SagaRun<O> {

  /** The saga's id, a UUIDv7. */
  String id();

  /**
   * Waits until the saga has ended, at most the given time. The saga goes on whether anyone waits
   * or not.
   *
   * @throws SagaException when the thread is interrupted, or the stored output cannot be read
   */
  SagaResult<O> await(Duration atMost);
}
