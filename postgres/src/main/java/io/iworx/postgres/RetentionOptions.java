package io.iworx.postgres;

import java.time.Duration;

/**
 * How long events are kept; see {@link LogRetention}.
 *
 * @param keep how long an event stays in the log at least
 * @param rotateEvery how long one partition takes events: a partition goes as a whole, so events
 *     stay this much longer at most
 * @param checkEvery how often to look whether something is to be done
 * @param dropUnread whether a partition goes although a subscription has not read it
 */
public record RetentionOptions(
    Duration keep, Duration rotateEvery, Duration checkEvery, boolean dropUnread) {
  public static final Duration DEFAULT_CHECK = Duration.ofMinutes(1);

  /** Partitions that are kept at once, about. */
  public static final int DEFAULT_PARTITIONS = 8;

  public RetentionOptions {
    requirePositive("keep", keep);
    requirePositive("rotateEvery", rotateEvery);
    requirePositive("checkEvery", checkEvery);
  }

  /** Keeps events for this long, in eight partitions, and those that are unread for longer. */
  public static RetentionOptions keeping(Duration keep) {
    requirePositive("keep", keep);
    return new RetentionOptions(
        keep, keep.plusNanos(1).dividedBy(DEFAULT_PARTITIONS).plusNanos(1), DEFAULT_CHECK, false);
  }

  private static void requirePositive(String name, Duration duration) {
    if (!duration.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive, and is " + duration + ".");
    }
  }

  public RetentionOptions withRotateEvery(Duration newRotateEvery) {
    return new RetentionOptions(keep, newRotateEvery, checkEvery, dropUnread);
  }

  public RetentionOptions withCheckEvery(Duration newCheckEvery) {
    return new RetentionOptions(keep, rotateEvery, newCheckEvery, dropUnread);
  }

  public RetentionOptions withDropUnread(boolean newDropUnread) {
    return new RetentionOptions(keep, rotateEvery, checkEvery, newDropUnread);
  }
}
