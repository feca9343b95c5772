package io.iworx.eventbus.spi;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Events that wait although the checkpoint is past them: one that failed and those of its key from
 * a position on, or a single event without a key.
 *
 * @param position the first position that waits
 * @param key whose events wait; null for the one event at the position
 * @param eventId the event that holds the others up; null when they only wait to be read again
 * @param attempts how often that event was tried
 * @param retryAt when it is tried again, by the store's clock; null when it waits for its dead
 *     letter to be redriven or discarded
 * @param reason why it failed last; empty before the first failure
 * @param behind where those that wait behind it begin: right after it, unless it showed late, when
 *     later ones of its key had been delivered already; without an event, the position itself
 */
public record BlockedKey(
    long position,
    @Nullable String key,
    @Nullable String eventId,
    int attempts,
    @Nullable Instant retryAt,
    String reason,
    long behind) {

  /** What tells it from others of its partition: two keys may wait from the same position on. */
  public record Id(long position, String key) implements Comparable<Id> {
    @Override
    public int compareTo(Id other) {
      var byPosition = Long.compare(position, other.position);
      return byPosition == 0 ? key.compareTo(other.key) : byPosition;
    }
  }

  /** The events of a key from a position on, to be read again. */
  public static BlockedKey rest(String key, long from, Instant at) {
    return new BlockedKey(from, key, null, 0, at, "", from);
  }

  /** An event that failed, or is to be tried, with all of its key after it. */
  public static BlockedKey event(
      LogEntry entry, int attempts, @Nullable Instant retryAt, String reason) {
    return new BlockedKey(
        entry.position(), entry.key(), entry.id(), attempts, retryAt, reason, entry.position() + 1);
  }

  /** The same after another attempt, or before one. */
  public BlockedKey tried(int times, @Nullable Instant again, String why) {
    return new BlockedKey(position, key, eventId, times, again, why, behind);
  }

  /** The same with others behind it. */
  public BlockedKey withBehind(long from) {
    return new BlockedKey(position, key, eventId, attempts, retryAt, reason, from);
  }

  public Id id() {
    return new Id(position, key == null ? "" : key);
  }
}
