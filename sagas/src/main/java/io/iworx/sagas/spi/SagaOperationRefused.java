package io.iworx.sagas.spi;

import io.iworx.sagas.SagaException;

/** What an operator asked for does not fit how the saga stands; nothing was changed. */
public final class SagaOperationRefused extends SagaException {
  /** With one sentence that says why, and what can be done. */
  public SagaOperationRefused(String sentence) {
    super(sentence);
  }
}
