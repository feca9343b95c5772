package io.iworx.sagas;

import org.jspecify.annotations.Nullable;

/** The root of what sagas throw. */
public class SagaException extends RuntimeException {
  public SagaException(String message) {
    super(message);
  }

  public SagaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
