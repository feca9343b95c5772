package io.iworx.torture;

import java.util.random.RandomGenerator;

/** How an event behaves in the subscription {@link Audience#FUSSY}; elsewhere all are fine. */
enum Mood {
  FINE,
  /** Its handler fails twice in each process that tries it. */
  FLAKY,
  /** Its handler never succeeds: it belongs among the dead letters. */
  POISON;

  private static final int IN = 1_000;
  private static final int FLAKY_ONES = 15;
  private static final int POISON_ONES = 5;

  static Mood draw(RandomGenerator random) {
    var number = random.nextInt(IN);
    return number < POISON_ONES ? POISON : number < POISON_ONES + FLAKY_ONES ? FLAKY : FINE;
  }
}
