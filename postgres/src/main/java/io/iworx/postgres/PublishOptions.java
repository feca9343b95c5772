package io.iworx.postgres;

import java.time.Duration;

/**
 * How events are published that do not share a caller's transaction: callers that come while
 * another's events are being written wait in a queue, and all that wait are written together.
 *
 * @param maxBatchEvents the most events of several callers in one statement
 * @param maxBatchBytes the most payload, in characters, of several callers in one statement
 * @param maxQueuedEvents how many events wait at most; further callers wait for a place
 * @param maxQueuedBytes how much payload waits at most, in characters
 * @param deadline how long a caller waits for its turn, and how long a failing write is tried again
 * @param lockPatience how long a statement waits for a lock before its callers go on one by one, so
 *     that only the one whose event another transaction holds goes on waiting
 * @param scheduleRecheck how often to look for events that other processes have scheduled, and so
 *     how late one may enter the log whose process has died
 */
public record PublishOptions(
    int maxBatchEvents,
    int maxBatchBytes,
    int maxQueuedEvents,
    long maxQueuedBytes,
    Duration deadline,
    Duration lockPatience,
    Duration scheduleRecheck) {

  public static final int DEFAULT_MAX_BATCH_EVENTS = 256;
  public static final int DEFAULT_MAX_BATCH_BYTES = 4 * 1024 * 1024;
  public static final int DEFAULT_MAX_QUEUED_EVENTS = 10_000;
  public static final long DEFAULT_MAX_QUEUED_BYTES = 64L * 1024 * 1024;
  public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(5);
  public static final Duration DEFAULT_LOCK_PATIENCE = Duration.ofMillis(50);
  public static final Duration DEFAULT_SCHEDULE_RECHECK = Duration.ofSeconds(5);

  public PublishOptions {
    if (maxBatchEvents < 1 || maxBatchBytes < 1 || maxQueuedEvents < 1 || maxQueuedBytes < 1) {
      throw new IllegalArgumentException(
          "Batch and queue must hold at least one event: %d events of %d bytes, %d events of %d bytes."
              .formatted(maxBatchEvents, maxBatchBytes, maxQueuedEvents, maxQueuedBytes));
    }
    if (scheduleRecheck.toMillis() < 1) {
      throw new IllegalArgumentException(
          "Looking for scheduled events must be at least 1 ms apart, not " + scheduleRecheck + ".");
    }
    if (lockPatience.toMillis() < 1 || deadline.compareTo(lockPatience) < 0) {
      throw new IllegalArgumentException(
          "The patience for a lock (%s) must be at least 1 ms and at most the deadline (%s)."
              .formatted(lockPatience, deadline));
    }
  }

  public static PublishOptions defaults() {
    return new PublishOptions(
        DEFAULT_MAX_BATCH_EVENTS,
        DEFAULT_MAX_BATCH_BYTES,
        DEFAULT_MAX_QUEUED_EVENTS,
        DEFAULT_MAX_QUEUED_BYTES,
        DEFAULT_DEADLINE,
        DEFAULT_LOCK_PATIENCE,
        DEFAULT_SCHEDULE_RECHECK);
  }

  public PublishOptions withMaxBatchEvents(int newMaxBatchEvents) {
    return new PublishOptions(
        newMaxBatchEvents,
        maxBatchBytes,
        maxQueuedEvents,
        maxQueuedBytes,
        deadline,
        lockPatience,
        scheduleRecheck);
  }

  public PublishOptions withMaxBatchBytes(int newMaxBatchBytes) {
    return new PublishOptions(
        maxBatchEvents,
        newMaxBatchBytes,
        maxQueuedEvents,
        maxQueuedBytes,
        deadline,
        lockPatience,
        scheduleRecheck);
  }

  public PublishOptions withMaxQueuedEvents(int newMaxQueuedEvents) {
    return new PublishOptions(
        maxBatchEvents,
        maxBatchBytes,
        newMaxQueuedEvents,
        maxQueuedBytes,
        deadline,
        lockPatience,
        scheduleRecheck);
  }

  public PublishOptions withMaxQueuedBytes(long newMaxQueuedBytes) {
    return new PublishOptions(
        maxBatchEvents,
        maxBatchBytes,
        maxQueuedEvents,
        newMaxQueuedBytes,
        deadline,
        lockPatience,
        scheduleRecheck);
  }

  public PublishOptions withDeadline(Duration newDeadline) {
    return new PublishOptions(
        maxBatchEvents,
        maxBatchBytes,
        maxQueuedEvents,
        maxQueuedBytes,
        newDeadline,
        lockPatience,
        scheduleRecheck);
  }

  public PublishOptions withLockPatience(Duration newLockPatience) {
    return new PublishOptions(
        maxBatchEvents,
        maxBatchBytes,
        maxQueuedEvents,
        maxQueuedBytes,
        deadline,
        newLockPatience,
        scheduleRecheck);
  }

  public PublishOptions withScheduleRecheck(Duration newScheduleRecheck) {
    return new PublishOptions(
        maxBatchEvents,
        maxBatchBytes,
        maxQueuedEvents,
        maxQueuedBytes,
        deadline,
        lockPatience,
        newScheduleRecheck);
  }
}
