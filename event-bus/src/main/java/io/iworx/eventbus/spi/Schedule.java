package io.iworx.eventbus.spi;

import io.iworx.eventbus.ScheduledEvent;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;

/**
 * Events that enter the log when their time has come, by the log's own time. As long as any process
 * has the log open, each enters once. Implementations are safe for any thread.
 */
public interface Schedule {

  /**
   * Keeps an event for later; returns when that is durable. An id that is scheduled already keeps
   * its first time; one that is in the log already is not scheduled.
   *
   * @return the event as it is scheduled; as given when it is in the log already
   * @throws io.iworx.eventbus.EventConflictException when the id is scheduled or in the log with
   *     another type, key or payload
   */
  ScheduledEvent add(Draft draft, Instant at);

  /**
   * Keeps an event for later in the caller's transaction; else as {@link #add}.
   *
   * @throws IllegalStateException when the connection is in autocommit mode
   */
  ScheduledEvent addIn(Connection connection, Draft draft, Instant at);

  /** What is to come, the next first, at most {@code limit}. */
  List<ScheduledEvent> list(int limit);

  /** Takes an event back; false when none of that id is scheduled, or no longer. */
  boolean cancel(String eventId);
}
