package io.iworx.sagas.spi;

import io.iworx.sagas.SagaException;
import org.jspecify.annotations.Nullable;

/** The store could not be reached, or did not answer: whether the change took effect is unknown. */
public final class SagaStoreException extends SagaException {
  public SagaStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
