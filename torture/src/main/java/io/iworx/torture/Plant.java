package io.iworx.torture;

/** A defect built into the workload, so that the harness can be seen to find it. */
enum Plant {
  /** A batch handler that says handled for events it has not handled. */
  SKIP,
  /** Transactional handlers that write their effects in transactions of their own. */
  REPEAT,
  /** A handler with a database of its own that does not ask whether it was done before. */
  CARELESS,
  /** A handler that returns at once and does its work later, in any order. */
  HASTY,
  /** A subscription that does not wait for its dead letters. */
  IMPATIENT,
  /** A reader that asks for what is above the last position it saw. */
  NAIVE,
  /** A service that inserts with {@code synchronous_commit} off. */
  UNFLUSHED,
  /** A standby that nobody waits for. */
  LAGGING,
  /** A service that publishes by itself before the transaction that it then rolls back. */
  GHOST,
  /** A handler that refuses what is good. */
  SQUEAMISH,
  /** A publisher that changes a text on the way. */
  GARBLED,
  /** Instances whose lease is longer than they say. */
  SLEEPY,
  /** A handler that never manages some events and never gives up. */
  STUBBORN,
  /** An instance that ends in the middle of its work, though nobody made it. */
  FAINT
}
