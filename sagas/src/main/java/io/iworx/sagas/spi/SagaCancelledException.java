package io.iworx.sagas.spi;

import io.iworx.sagas.SagaException;

/** The saga's cancellation was asked for before this change; nothing was changed. */
public final class SagaCancelledException extends SagaException {
  private final String reason;

  public SagaCancelledException(String sagaId, String reason) {
    super("Saga " + sagaId + " is cancelled: " + reason);
    this.reason = reason;
  }

  /** Why it was asked for. */
  public String reason() {
    return reason;
  }
}
