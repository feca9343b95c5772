package io.iworx.correlation;

/**
 * An exception that says what it permits. An exception that does not implement this counts as
 * {@link FailureKind.Retryable}.
 */
public interface ClassifiedFailure {

  FailureKind kind();

  /**
   * The kind of any exception: its own when it has one, that of its nearest classified cause, else
   * retryable.
   */
  static FailureKind kindOf(Throwable failure) {
    for (Throwable it = failure; it != null; it = it.getCause()) {
      if (it instanceof ClassifiedFailure classified) {
        return classified.kind();
      }
    }
    return new FailureKind.Retryable();
  }
}
