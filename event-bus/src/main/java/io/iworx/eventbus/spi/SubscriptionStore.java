package io.iworx.eventbus.spi;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The durable side of subscriptions: who may deliver, and how far it is. Implementations are safe
 * for any thread.
 *
 * <p>One instance at a time holds the {@link Claim} to a subscription. Time is the store's own, so
 * that clocks of instances do not matter. Every method that takes a claim refuses one that has been
 * taken over.
 */
public interface SubscriptionStore {

  /**
   * Creates the subscription when its name is new, notes what it subscribes to, and claims it for
   * an instance until {@code lease} has passed; empty while another instance's claim lasts.
   */
  Optional<Claim> claim(SubscriptionDefinition definition, String instance, Duration lease);

  /**
   * Moves the checkpoint forward and prolongs the claim by its lease; the same checkpoint only
   * prolongs.
   *
   * @throws ClaimLostException when another instance has taken over; nothing is moved then
   */
  void advance(Claim claim, long checkpoint);

  /**
   * Runs the work in a transaction that also moves the checkpoint and prolongs the claim: both
   * commit or neither.
   *
   * @throws ClaimLostException when another instance has taken over; the work is rolled back then
   * @throws Exception what the work throws, after a rollback
   */
  void handleIn(Claim claim, long checkpoint, TransactionalWork work) throws Exception;

  /**
   * Keeps a copy of an event that could not be handled, with the reason. Keeping the same event of
   * a subscription again changes nothing.
   *
   * @throws ClaimLostException when another instance has taken over
   */
  void setAside(Claim claim, LogEntry entry, int attempts, String reason);

  /**
   * Gives the claim up, so that another instance need not wait for its end. A lost claim is
   * ignored.
   */
  void release(Claim claim);

  /** Every subscription there is, by name. */
  List<SubscriptionStatus> list();

  /** What was set aside for a subscription, the latest first, at most {@code limit}. */
  List<DeadLetter> deadLetters(String subscription, int limit);
}
