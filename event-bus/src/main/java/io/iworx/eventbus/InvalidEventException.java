package io.iworx.eventbus;

import org.jspecify.annotations.Nullable;

/** An event cannot be published as it is: nothing was stored, and trying again cannot help. */
public final class InvalidEventException extends EventException {
  public InvalidEventException(String message) {
    super(message);
  }

  public InvalidEventException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
