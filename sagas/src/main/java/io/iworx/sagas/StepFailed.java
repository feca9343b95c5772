package io.iworx.sagas;

/**
 * A step failed for good: it did not happen, and it is not tried again. The body may catch this and
 * go another way; if it escapes, what was done before is undone.
 */
public final class StepFailed extends SagaException {
  private final transient SagaFailure failure;

  StepFailed(SagaFailure failure) {
    super("Step " + failure.step() + " failed: " + failure.message());
    this.failure = failure;
  }

  public SagaFailure failure() {
    return failure;
  }
}
