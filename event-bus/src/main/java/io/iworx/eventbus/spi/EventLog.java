package io.iworx.eventbus.spi;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The ordered, durable log of events. Implementations are safe for any thread; every method blocks.
 *
 * <p>Positions grow in the order in which readers see events: what {@link #read} has passed, it
 * never has to go back to, even when a transaction commits later than one that began after it.
 */
public interface EventLog extends AutoCloseable {

  /**
   * What an implementation may or may not offer. The contract suite reports a test of a missing
   * feature as not offered.
   */
  enum Feature {
    /**
     * {@link #appendIn} and {@link SubscriptionStore#handleIn}: sharing a transaction with the
     * caller's rows.
     */
    CALLER_TRANSACTION
  }

  Set<Feature> features();

  /**
   * Appends the events in a transaction of its own and returns when they are durable, with their
   * positions, in the order given. An event whose id is in the log already is not appended again;
   * its first position is returned.
   *
   * @throws io.iworx.eventbus.EventConflictException when an id is in the log with another type,
   *     key or payload; then none is appended
   */
  List<LogEntry> append(List<Draft> drafts);

  /**
   * Appends the events in the caller's transaction: they are in the log when it commits and never
   * if it does not. Same ids as in {@link #append}.
   *
   * @throws IllegalStateException when the connection is in autocommit mode
   */
  List<LogEntry> appendIn(Connection connection, List<Draft> drafts);

  /**
   * The entries after a position, oldest first, at most {@code limit}, and how far it is safe to
   * move on.
   */
  Slice read(long after, int limit);

  /** The position that {@link #read} can reach now: 0 when the log is empty. */
  long head();

  /**
   * Returns when there may be something after the position, or after {@code atMost}; may return
   * early.
   */
  void awaitAfter(long position, Duration atMost) throws InterruptedException;

  /** The checkpoints of the subscriptions to this log. */
  SubscriptionStore subscriptions();

  /** Ends background work and wakes those who wait; connections given to it stay the giver's. */
  @Override
  void close();
}
