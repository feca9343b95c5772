package io.iworx.eventbus.spi;

import java.util.List;
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
   * Deletes a subscription with its dead letters.
   *
   * @return whether there was one of that name
   * @throws io.iworx.eventbus.EventException when an instance serves it
   */
  boolean remove(String subscription);
}
