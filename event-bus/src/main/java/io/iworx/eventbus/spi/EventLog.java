package io.iworx.eventbus.spi;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * The ordered, durable log of events. Implementations are safe for any thread; every method blocks.
 *
 * <p>An event gets its position when it is written and shows when its transaction commits, so one
 * may show after others with higher positions. A reader gets past those and is told what is
 * {@linkplain Checkpoint#pending() pending}. Whatever was durable before another event was
 * published is read before it or with it.
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
    CALLER_TRANSACTION,

    /** {@link #schedule}: events that enter the log at a time to come. */
    SCHEDULE,

    /** {@link #inbox}: effects once in a database of the handler's own. */
    INBOX
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
   * The events that are to enter the log later.
   *
   * @throws IllegalStateException when {@link Feature#SCHEDULE} is not offered
   */
  Schedule schedule();

  /**
   * What handlers with a database of their own remember events by.
   *
   * @throws IllegalStateException when {@link Feature#INBOX} is not offered
   */
  Inbox inbox();

  /**
   * What is new for a reader: entries at its pending positions that show by now, and at most {@code
   * limit} after its position, oldest first; and how far it is then.
   */
  Slice read(Checkpoint from, int limit);

  /**
   * The entries of one key after a position and up to another, oldest first, at most {@code limit}.
   * A rare need, which may take a scan.
   */
  List<LogEntry> readKey(String key, long after, long upTo, int limit);

  /** What {@link #read} can reach now. */
  Checkpoint head();

  /**
   * Returns when there may be something new for a reader, or after {@code atMost}; may return
   * early.
   */
  void awaitBeyond(Checkpoint from, Duration atMost) throws InterruptedException;

  /** The checkpoints of the subscriptions to this log. */
  SubscriptionStore subscriptions();

  /** Ends background work and wakes those who wait; connections given to it stay the giver's. */
  @Override
  void close();
}
