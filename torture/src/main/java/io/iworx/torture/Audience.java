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
  FUSSY,
  /** Exactly once in effect, in a database of the handler's own. */
  OWN,
  /** As fussy, but a key waits for its dead letters until the {@link Operator} settles them. */
  WAITING;

  String subscription() {
    return "torture-" + name().toLowerCase(Locale.ROOT);
  }

  boolean exactlyOnce() {
    return this != PLAIN;
  }

  /** Whether a poisonous event ends as a dead letter here. */
  boolean refusesPoison() {
    return this == FUSSY;
  }
}
