package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;

/** Takes the events of one tenure, in the order of the log, and sees them handled. */
sealed interface Delivering permits InOrder, Lanes {

  /** Takes an event; waits while too many are under way. */
  void accept(LogEntry entry) throws InterruptedException;

  /**
   * Returns when no handler runs any more. An interrupt is passed on to the handlers, which then
   * have a moment to end.
   */
  void awaitQuiet();
}
