package io.iworx.postgres;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the log that can be dropped as a whole: the table {@code domain_events_NUMBER}.
 *
 * @param firstPosition the lowest position it may have
 * @param lastPosition the highest position it has; null when it has none
 * @param events how many events it has, as PostgreSQL estimates it
 * @param bytes what it takes on disk, with its indexes
 * @param openedAt since when events enter it; null for the one that is kept ready
 * @param closedAt since when no event enters it any more; null before
 * @param neededBy the subscriptions that have not read all of it
 */
public record LogPartition(
    int number,
    State state,
    long firstPosition,
    @Nullable Long lastPosition,
    long events,
    long bytes,
    @Nullable Instant openedAt,
    @Nullable Instant closedAt,
    List<String> neededBy) {

  /** READY, then OPEN, CLOSED, and DETACHED for a moment before it is gone. */
  public enum State {
    READY,
    OPEN,
    CLOSED,
    DETACHED
  }

  public LogPartition {
    neededBy = List.copyOf(neededBy);
  }

  /** Its table. */
  public String table() {
    return "domain_events_" + number;
  }
}
