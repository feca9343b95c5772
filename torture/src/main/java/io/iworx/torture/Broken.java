package io.iworx.torture;

/** Promises, by what is said when they are broken. */
enum Broken {
  /** Acknowledged and not in the log, or in the log and not delivered. */
  LOST("lost"),
  /** An effect that is to happen once happened again, or one id is two events. */
  DOUBLED("doubled"),
  /** Delivered before an event of its key that was durable before it was published. */
  OUT_OF_ORDER("out of order"),
  /** Delivered, or in the log, though rolled back or never published. */
  GHOST("ghosts"),
  /** An event without its business row, or the row without the event. */
  TORN("torn"),
  /** Changed on its way. */
  GARBLED("garbled"),
  /** A step done whose undoing is missing, or an undoing of what was not done. */
  HALF_UNDONE("half undone"),
  /** A dead letter that is not poisonous. */
  WRONGLY_SET_ASIDE("wrongly set aside"),
  /** Others went on too late with what a dead or frozen instance held. */
  LATE("late"),
  /** Deliveries did not come to an end. */
  STUCK("stuck"),
  /** A process ended though nobody made it. */
  ENDED("ended by themselves");

  private final String words;

  Broken(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
