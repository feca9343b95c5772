package io.iworx.eventbus;

import org.jspecify.annotations.Nullable;

/** The root of what the event bus throws. */
public class EventException extends RuntimeException {
  public EventException(String message) {
    super(message);
  }

  public EventException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
