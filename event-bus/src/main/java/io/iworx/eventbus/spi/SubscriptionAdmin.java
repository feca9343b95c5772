package io.iworx.eventbus.spi;

import java.util.List;

/** Subscriptions and dead letters as an operator sees and changes them. Safe for any thread. */
public interface SubscriptionAdmin {

  /** Every subscription there is, by name. */
  List<SubscriptionStatus> list();

  /** What was set aside for a subscription, the latest first, at most {@code limit}. */
  List<DeadLetter> deadLetters(String subscription, int limit);
}
