package io.iworx.serviceclient;

/** What the circuit breaker of a target does with calls to it. */
public enum BreakerState {
  /** Lets them through and counts. Too many failures open it. */
  CLOSED,
  /** Refuses them: nothing is sent. After a while it is half open. */
  OPEN,
  /** Lets a few through. As many successes close it, one failure opens it again. */
  HALF_OPEN
}
