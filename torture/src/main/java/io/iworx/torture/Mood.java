package io.iworx.torture;

import java.util.random.RandomGenerator;

/**
 * How an event behaves in the subscriptions {@link Audience#FUSSY} and {@link Audience#WAITING};
 * elsewhere all are fine, but that {@link Audience#OWN} has the flaky ones more than once.
 */
enum Mood {
  FINE,
  /** Its handler fails twice in each process that tries it. */
  FLAKY,
  /** Its handler never succeeds, unless it was repaired: it belongs among the dead letters. */
  POISON;

  private static final int IN = 1_000;
  private static final int FLAKY_ONES = 15;
  private static final int POISON_ONES = 15;

  static Mood draw(RandomGenerator random) {
    var number = random.nextInt(IN);
    return number < POISON_ONES ? POISON : number < POISON_ONES + FLAKY_ONES ? FLAKY : FINE;
  }
}
