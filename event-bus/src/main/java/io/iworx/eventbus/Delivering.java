package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;

/** Gets the events of a partition to the handler. One reading thread calls it. */
interface Delivering {

  /**
   * Takes an event on, unless it waits with its key; may wait for room, and gives up at the end.
   */
  void begin(LogEntry entry) throws InterruptedException;

  /** Whether taking on more would make nothing better. */
  boolean hasEnough();

  /** Nothing more comes for now: whatever was begun is to be delivered. */
  void deliver() throws InterruptedException;

  /** Whether an event of the key is in the handler's hands or before it. Any thread. */
  boolean isBusy(String key);

  /** Returns when no handler is at work any more; an interrupt is handed on to them. */
  void awaitQuiet();
}
