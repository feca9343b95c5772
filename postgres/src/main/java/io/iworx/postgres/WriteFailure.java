package io.iworx.postgres;

import java.sql.SQLException;

/** An attempt to write that failed, and whether it may have been carried out all the same. */
final class WriteFailure extends Exception {
  private final SQLException cause;
  private final boolean sent;

  /**
   * @param sent whether a statement went to the database; what never had a connection did not
   */
  WriteFailure(SQLException cause, boolean sent) {
    super(cause);
    this.cause = cause;
    this.sent = sent;
  }

  static WriteFailure unforeseen() {
    return new WriteFailure(new SQLException("A batch failed without an answer."), true);
  }

  SQLException cause() {
    return cause;
  }

  boolean maybeStored() {
    return sent && SqlStates.isOutcomeUnknown(cause);
  }

  boolean isPassing() {
    return SqlStates.isPassing(cause);
  }

  boolean isLockTimeout() {
    return SqlStates.LOCK_NOT_AVAILABLE.equals(cause.getSQLState());
  }
}
