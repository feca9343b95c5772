package io.iworx.torture;

import java.util.Locale;

/** The subscriptions of a round. Each is to get every event. */
enum Audience {
  /** At least once: may see an event again after a crash. */
  PLAIN,
  /** Exactly once in effect, an event at a time. */
  SINGLE,
  /** Exactly once in effect, many at a time. */
  BATCH,
  /** Exactly once in effect, with events that fail a while or for good. */
  FUSSY;

  String subscription() {
    return "torture-" + name().toLowerCase(Locale.ROOT);
  }

  static Audience of(String subscription) {
    for (var audience : values()) {
      if (audience.subscription().equals(subscription)) {
        return audience;
      }
    }
    throw new TortureException("There is no subscription " + subscription + ".", null);
  }

  boolean exactlyOnce() {
    return this != PLAIN;
  }

  /** Whether a poisonous event ends as a dead letter here. */
  boolean refusesPoison() {
    return this == FUSSY;
  }
}
