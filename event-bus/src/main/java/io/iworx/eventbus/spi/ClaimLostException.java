package io.iworx.eventbus.spi;

import io.iworx.eventbus.EventException;

/** Another instance has taken the subscription over. */
public final class ClaimLostException extends EventException {
  public ClaimLostException(Claim claim) {
    super(
        "Subscription "
            + claim.subscription()
            + " was taken over from instance "
            + claim.instance()
            + " (fence "
            + claim.fence()
            + "): its lease of "
            + claim.lease().toSeconds()
            + " s ran out before it was prolonged.");
  }
}
