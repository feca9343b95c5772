package io.iworx.torture;

import java.util.Locale;

/** The ways a saga of the torture goes. */
enum SagaPath {
  /** To its end; begins with a step that takes the connection. */
  FORWARD,
  /** Its last step is refused, and everything is undone; begins with a call. */
  UNDO,
  /** As FORWARD, but once it was struck, every further call is denied without a look at its key. */
  DOUBT;

  boolean beginsWithCall() {
    return this == UNDO;
  }

  /** As on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
