package io.iworx.eventbus;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import org.jspecify.annotations.Nullable;

/** Thrown by a handler or a saga step: trying again cannot succeed. */
public final class PermanentFailure extends RuntimeException implements ClassifiedFailure {
  public PermanentFailure(String message) {
    super(message);
  }

  public PermanentFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public FailureKind kind() {
    return new FailureKind.Permanent();
  }
}
