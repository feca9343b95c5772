package io.iworx.gateway;

/** Bytes that are no sound request. Without a stack trace: attacks must be cheap to refuse. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  RefusedException(Problem problem) {
    super(problem.message(), null, false, false);
    this.problem = problem;
  }

  static RefusedException badRequest(String message) {
    return new RefusedException(Problem.badRequest(message));
  }

  Problem problem() {
    return problem;
  }
}
