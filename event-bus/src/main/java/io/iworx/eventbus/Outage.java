package io.iworx.eventbus;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that the log fails a subscription, and once that it works again. One thread's own. */
final class Outage {
  private static final Logger log = LoggerFactory.getLogger(Outage.class);
  private static final RetryPolicy BACKOFF =
      new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(200), Duration.ofSeconds(5));
  private static final Duration SHORTEST = Duration.ofMillis(20);

  private final String subscription;
  private final RandomGenerator random;
  private int failures;

  Outage(String subscription, RandomGenerator random) {
    this.subscription = subscription;
    this.random = random;
  }

  /** Returns how long to wait before the log is tried again. */
  Duration failed(Throwable failure) {
    failures++;
    if (failures == 1) {
      log.warn(
          "[Event Bus] The event log fails subscription {}; it is tried again until it answers.",
          subscription,
          failure);
    } else {
      log.debug("[Event Bus] The event log still fails {}: {}", subscription, failure.toString());
    }
    return SHORTEST.plus(BACKOFF.waitAfter(failures, random));
  }

  void over() {
    if (failures > 0) {
      log.info(
          "[Event Bus] The event log serves subscription {} again, after {} failures.",
          subscription,
          failures);
      failures = 0;
    }
  }
}
