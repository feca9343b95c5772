package io.iworx.benchmarks;

/** A run that did not come to its end. */
final class TrialException extends Exception {
  TrialException(String message) {
    super(message);
  }
}
