package io.iworx.eventbus.spi;

import java.time.Duration;
import java.util.List;

/**
 * The durable side of subscriptions: who may deliver, and how far it is. Implementations are safe
 * for any thread; every method blocks.
 *
 * <p>A subscription has a fixed number of partitions; an event belongs to one of them by its
 * {@linkplain LogEntry#slot() slot}. One instance at a time holds the {@link Claim} to a partition.
 * Time is the store's own, so that clocks of instances do not matter. Every method that takes a
 * claim refuses one that has been taken over.
 */
public interface SubscriptionStore {

  /**
   * Creates the subscription when its name is new; notes the patterns when the definition is newer
   * than the one known. New patterns count from the present checkpoints on.
   *
   * @throws io.iworx.eventbus.EventException when the number is known with other patterns
   */
  void define(SubscriptionDefinition definition);

  /**
   * Makes it known for the time of a lease that the instance serves these subscriptions, and tells
   * how it stands in each, in the order given. One that was removed has no partitions.
   */
  List<Standing> attend(
      String instance, Duration lease, List<SubscriptionDefinition> subscriptions);

  /** Claims partitions that nobody holds, at most as many as said. */
  List<Claim> claim(SubscriptionDefinition definition, String instance, Duration lease, int atMost);

  /**
   * Writes what is said about any number of partitions and prolongs their claims; returns the
   * claims that are lost, of which nothing was written.
   */
  List<Claim> advance(List<Advance> advances);

  /**
   * Runs the work in a transaction that also writes the advance: both commit or neither.
   *
   * @throws ClaimLostException when another instance has taken over, or was quicker to free or
   *     redrive; the work is rolled back then
   * @throws Exception what the work throws, after a rollback
   */
  void handleIn(Advance advance, TransactionalWork work) throws Exception;

  /**
   * Writes a last advance and gives the claim up, so that another instance need not wait for its
   * end. A lost claim is ignored.
   */
  void release(Advance last);

  /**
   * Dead letters of the claim's partition that are to be delivered again, by position, at most as
   * many as said.
   */
  List<DeadLetter> redrives(Claim claim, int limit);

  /** Whether a key of a subscription has dead letters. */
  boolean hasDeadLetters(String subscription, String key);

  /** The instance serves the subscription no longer. Claims it still holds go on to their end. */
  void leave(String subscription, String instance);

  /** What an operator sees and does. */
  SubscriptionAdmin admin();
}
