package io.iworx.correlation;

import org.jspecify.annotations.Nullable;

/**
 * An exception that says what it permits. An exception that does not implement this counts as
 * {@link FailureKind.Retryable}; only in a saga's step outside the saga's own database it counts as
 * {@link FailureKind.Unknown}.
 */
public interface ClassifiedFailure {

  /** What the failure permits. */
  FailureKind kind();

  /** A short word for programs, such as an HTTP status {@code 409}; null when there is none. */
  default @Nullable String code() {
    return null;
  }

  /**
   * What the failing side said, such as the body of its answer; kept with a saga's failure, so it
   * holds no secret. Null when it said nothing.
   */
  default @Nullable String detail() {
    return null;
  }

  /**
   * The {@linkplain IdempotencyKey idempotency key} that the other side answered to, where it said
   * so. It remembers the key then, and a refusal says of every request with this key that it took
   * no effect, also of an earlier one whose answer was lost. Null when it did not say: another on
   * the way may have refused, or one that knows nothing of earlier requests.
   */
  default @Nullable String answeredKey() {
    return null;
  }

  /**
   * The kind of any exception: its own when it has one, that of its nearest classified cause, else
   * retryable.
   */
  static FailureKind kindOf(Throwable failure) {
    var classified = in(failure);
    return classified == null ? new FailureKind.Retryable() : classified.kind();
  }

  /**
   * The exception itself or its nearest cause that is classified; null when none is. Causes further
   * than 100 deep are not looked at: a chain of causes may be a circle.
   */
  static @Nullable ClassifiedFailure in(Throwable failure) {
    var it = failure;
    for (int depth = 0; it != null && depth < 100; depth++) {
      if (it instanceof ClassifiedFailure classified) {
        return classified;
      }
      it = it.getCause();
    }
    return null;
  }
}
