package io.iworx.sagas.spi;

import io.iworx.sagas.SagaException;

/** Another instance has taken the saga over; nothing was changed. */
public final class SagaClaimLostException extends SagaException {
  public SagaClaimLostException(SagaClaim claim) {
    super(
        "Saga "
            + claim.sagaId()
            + " is no longer held by instance "
            + claim.instance()
            + " (fence "
            + claim.fence()
            + "): its lease ran out and another instance goes on with it.");
  }
}
