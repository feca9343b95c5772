package io.iworx.eventbus.spi;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions and dead letters as an operator sees and changes them. Safe for any thread. What is
 * changed is noted durably together with the change; instances that deliver follow within a third
 * of their lease.
 */
public interface SubscriptionAdmin {

  /** Every subscription there is, by name. */
  List<SubscriptionStatus> list();

  /** What was set aside for a subscription, the latest first, at most {@code limit}. */
  List<DeadLetter> deadLetters(String subscription, int limit);

  /**
   * Has dead letters delivered again, in the order of their positions, once each; what fails again
   * stays a dead letter.
   *
   * @param eventId which one; null for all of the subscription
   * @param payload a JSON object to deliver in place of the event's own; null to leave it
   * @return how many there are
   */
  long redrive(String subscription, @Nullable String eventId, @Nullable String payload);

  /**
   * Deletes dead letters; a key that waited for them goes on.
   *
   * @param eventId which one; null for all of the subscription
   * @return how many there were
   */
  long discard(String subscription, @Nullable String eventId);

  /** Stops delivery for a subscription, or lets it go on; false when there is none of that name. */
  boolean pause(String subscription, boolean paused);

  /** How many events in the log a subscription would get from there on; none when it is unknown. */
  long countFrom(String subscription, Start from);

  /**
   * Has one subscription begin anew from there: its checkpoints move, what is blocked is forgotten
   * since it is read again, dead letters stay. Other subscriptions notice nothing.
   *
   * @return whether there is a subscription of that name
   */
  boolean replay(String subscription, Start from);

  /**
   * Takes the next step in giving a subscription another number of partitions; to be called again,
   * after a moment, until it is {@linkplain Repartitioning.State#DONE done}. First all partitions
   * come to one position, beyond which nothing is delivered meanwhile; then instances let them go;
   * then they are made anew, with what was pending and blocked. Order per key is kept, no event is
   * left out, and dead letters stay.
   *
   * <p>Each step is written whole or not at all. Whoever stops calling leaves the subscription
   * standing at that position until the steps go on; asking for the number it has ends the change.
   *
   * @param partitions from 1 to {@link io.iworx.eventbus.SubscriptionOptions#MAX_PARTITIONS}
   * @return how far it is; empty when there is no subscription of that name
   * @throws io.iworx.eventbus.EventException when it is paused, or when nobody serves it and its
   *     partitions are too far apart to be joined as they are
   */
  Optional<Repartitioning> repartition(String subscription, int partitions);

  /**
   * Deletes a subscription with its dead letters.
   *
   * @return whether there was one of that name
   * @throws io.iworx.eventbus.EventException when an instance serves it
   */
  boolean remove(String subscription);
}
