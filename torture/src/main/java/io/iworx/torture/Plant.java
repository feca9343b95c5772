package io.iworx.torture;

/** A defect built into the workload, so that the harness can be seen to find it. */
enum Plant {
  NONE,
  /** A subscription that says handled for events it has not handled. */
  SKIP,
  /** Transactional handlers that write their effects in transactions of their own. */
  REPEAT,
  /** A handler that returns at once and does its work later, in any order. */
  HASTY,
  /** A reader that asks for what is above the last position it saw. */
  NAIVE,
  /** A service that inserts with {@code synchronous_commit} off. */
  UNFLUSHED,
  /** A service that publishes by itself before the transaction that it then rolls back. */
  GHOST,
  /** A handler that refuses what is good. */
  SQUEAMISH,
  /** A publisher that changes a text on the way. */
  GARBLED,
  /** Instances whose lease is longer than they say. */
  SLEEPY
}
