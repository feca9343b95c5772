package io.iworx.serviceclient;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * A failed call as an exception, for code that cannot go on without the answer: a saga step, an
 * event handler.
 */
public final class CallFailedException extends RuntimeException implements ClassifiedFailure {
  private final transient Failure<?> failure;

  CallFailedException(Failure<?> failure) {
    super(failure.toString());
    this.failure = failure;
  }

  /** What became of the call. */
  public Failure<?> failure() {
    return failure;
  }

  /**
   * What the failure permits. An answer that says it was done, but cannot be read, leaves open what
   * was done: the caller has nothing to undo it by.
   */
  @Override
  public FailureKind kind() {
    return failure.status() / 100 == 2 ? new FailureKind.Unknown() : failure.kind();
  }

  @Override
  public @Nullable String answeredKey() {
    return failure.answeredKey();
  }

  /** The HTTP status, such as {@code 409}; null when there was no answer. */
  @Override
  public @Nullable String code() {
    return failure.status() == 0 ? null : Integer.toString(failure.status());
  }

  /** The body of the answer, cut at 4 KiB; null when there was none. */
  @Override
  public @Nullable String detail() {
    return failure.problem();
  }
}
