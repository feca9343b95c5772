package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;

/** The way an event gets into the hands of the handler. */
@FunctionalInterface
interface Handover {

  /**
   * Runs the handler once.
   *
   * @throws HandlerFailed when the handler failed
   * @throws CommitFailed when the handler did its work and the log could not commit it
   * @throws Exception when the log failed
   */
  void hand(LogEntry entry, Delivery delivery, Tenure tenure) throws Exception;

  /** What the handler threw, apart from what the log throws. */
  final class HandlerFailed extends Exception {
    HandlerFailed(Throwable cause) {
      super(cause);
    }
  }

  /** The transaction the handler worked in did not commit, or nobody knows whether it did. */
  final class CommitFailed extends Exception {
    CommitFailed(Throwable cause) {
      super(cause);
    }
  }
}
