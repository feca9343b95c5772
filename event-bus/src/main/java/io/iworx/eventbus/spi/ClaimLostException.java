package io.iworx.eventbus.spi;

import io.iworx.eventbus.EventException;

/** Another instance has taken the partition over. */
public final class ClaimLostException extends EventException {
  public ClaimLostException(Claim claim) {
    super(
        "Partition "
            + claim.partition()
            + " of subscription "
            + claim.subscription()
            + " was taken over from instance "
            + claim.instance()
            + " (fence "
            + claim.fence()
            + "): its lease of "
            + claim.lease().toSeconds()
            + " s ran out before it was prolonged, or an operator took it.");
  }
}
