package io.iworx.eventbus.spi;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait although the checkpoint is past them: those of one key, from one position on, or
 * a single event without a key.
 *
 * @param position the first position that waits
 * @param key whose events wait; null for the one event at the position
 * @param eventId the event that holds the others up; null when they only wait to be read again
 * @param attempts how often that event was tried
 * @param retryAt when it is tried again, by the store's clock; null when it waits for its dead
 *     letter to be redriven or discarded
 * @param reason why it failed last; empty before the first failure
 */
public record BlockedKey(
    long position,
    @Nullable String key,
    @Nullable String eventId,
    int attempts,
    @Nullable Instant retryAt,
    String reason) {

  /** What tells it from others of its partition: two keys may wait from the same position on. */
  public record Id(long position, String key) implements Comparable<Id> {
    @Override
    public int compareTo(Id other) {
      var byPosition = Long.compare(position, other.position);
      return byPosition == 0 ? key.compareTo(other.key) : byPosition;
    }
  }

  public Id id() {
    return new Id(position, key == null ? "" : key);
  }
}
