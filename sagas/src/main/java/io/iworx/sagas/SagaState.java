package io.iworx.sagas;

import java.util.Set;

/** The lifecycle of a saga; its diagram is in {@code docs/states.md}. */
public enum SagaState {
  /** The body runs, or waits for an instance that goes on with it. */
  RUNNING,
  /** The body failed; what it had done is being undone. */
  COMPENSATING,
  /** The body returned. */
  COMPLETED,
  /** The body failed and everything it had done is undone. */
  COMPENSATED,
  /** It can neither go on nor be undone without an operator; its records say why. */
  STUCK;

  /** The states this one may change to; only {@link io.iworx.sagas.spi.Transition} changes it. */
  public Set<SagaState> next() {
    return switch (this) {
      case RUNNING -> Set.of(COMPENSATING, COMPLETED, COMPENSATED, STUCK);
      case COMPENSATING -> Set.of(COMPENSATED, STUCK);
      case STUCK -> Set.of(RUNNING, COMPENSATING);
      case COMPLETED, COMPENSATED -> Set.of();
    };
  }

  /** Whether an instance must still do something for it. */
  public boolean isOpen() {
    return this == RUNNING || this == COMPENSATING;
  }
}
