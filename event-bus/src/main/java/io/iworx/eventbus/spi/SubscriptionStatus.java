package io.iworx.eventbus.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription stands.
 *
 * @param name its durable name
 * @param service the service that subscribed last
 * @param definition the number of its newest definition
 * @param patterns what that one subscribes to
 * @param paused whether nobody delivers by an operator's wish
 * @param startedAt the position it began after
 * @param lag events it has not come to or that wait, matching or not; of the thousands it is an
 *     estimate
 * @param oldestUnread how long the oldest of them has waited; zero when there is none
 * @param partitions its parts, in order
 * @param blocked what waits although the checkpoint is past it, the longest waiting first, at most
 *     {@link #MAX_BLOCKED}
 * @param blockedKeys how many keys and events that is in all
 * @param deadLetters how many events were set aside
 * @param change the change of its number of partitions that has begun and not ended; null when
 *     there is none
 */
public record SubscriptionStatus(
    String name,
    String service,
    int definition,
    List<String> patterns,
    boolean paused,
    long startedAt,
    long lag,
    Duration oldestUnread,
    List<Partition> partitions,
    List<BlockedKey> blocked,
    long blockedKeys,
    long deadLetters,
    @Nullable Change change) {

  /** How many of the blocked are listed. */
  public static final int MAX_BLOCKED = 10;

  /**
   * A part of a subscription.
   *
   * @param number from 0
   * @param checkpoint how far it is
   * @param instance who delivers for it; null when nobody does
   * @param fence grows with each holder
   */
  public record Partition(
      int number, Checkpoint checkpoint, @Nullable String instance, long fence) {}

  /**
   * A change of the number of partitions under way: delivery stops at a position until it ends.
   *
   * @param stopAt the position
   * @param wanted how many there are to be; 0 when that is not known
   * @param idle how long ago the last step was taken
   */
  public record Change(long stopAt, int wanted, Duration idle) {}

  /** Every event up to this position is handled, not wanted, or a dead letter. */
  public long checkpoint() {
    var lowest = Long.MAX_VALUE;
    for (var partition : partitions) {
      lowest = Math.min(lowest, partition.checkpoint().solid());
    }
    for (var waiting : blocked) {
      lowest = Math.min(lowest, waiting.position() - 1);
    }
    return lowest == Long.MAX_VALUE ? startedAt : lowest;
  }

  /** The instances that deliver for it. */
  public List<String> instances() {
    return partitions.stream()
        .map(Partition::instance)
        .filter(it -> it != null)
        .distinct()
        .sorted()
        .toList();
  }
}
