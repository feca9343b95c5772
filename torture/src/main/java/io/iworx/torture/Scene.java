package io.iworx.torture;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Where faults strike.
 *
 * @param random what is left to chance
 * @param takeovers notes how long others needed to go on
 * @param bystanders transactions that stay open while other things happen
 */
record Scene(
    TortureOptions options,
    Server server,
    String database,
    Crew crew,
    SplittableRandom random,
    Takeovers takeovers,
    Bystanders bystanders) {

  WorkerProcess anyPublisher() {
    return crew.publishers().get(random.nextInt(crew.publishers().size()));
  }

  WorkerProcess anySubscriber() {
    return crew.subscribers().get(random.nextInt(crew.subscribers().size()));
  }

  /** Some time between the two. */
  Duration between(int fromMillis, int toMillis) {
    return Duration.ofMillis(fromMillis + random.nextInt(toMillis - fromMillis));
  }
}
