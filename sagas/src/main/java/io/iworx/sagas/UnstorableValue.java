package io.iworx.sagas;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import org.jspecify.annotations.Nullable;

/** A value cannot be kept as JSON: trying again cannot succeed. */
final class UnstorableValue extends SagaException implements ClassifiedFailure {
  UnstorableValue(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public FailureKind kind() {
    return new FailureKind.Permanent();
  }
}
