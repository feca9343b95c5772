package io.iworx.eventbus;

import io.iworx.eventbus.spi.SubscriptionDefinition.Start;
import java.time.Duration;

/**
 * How a subscription reads and delivers.
 *
 * @param start where a new subscription begins; ignored for one that exists
 * @param concurrency handlers that run at the same time; a transactional subscription runs one
 * @param maxInFlight events read and not yet handled, those that wait for a retry included: the
 *     bound of what the subscription keeps in memory
 * @param batchSize the most events read at once
 * @param retryPolicy what happens to an event whose handler fails
 * @param lease how long this instance holds the subscription without a sign of life
 * @param checkpointInterval the shortest time between two writes of the checkpoint of a
 *     subscription that is not transactional; after a crash the events handled since the last write
 *     are delivered again
 * @param closeTimeout how long closing waits for handlers before it interrupts them
 */
public record SubscriptionOptions(
    Start start,
    int concurrency,
    int maxInFlight,
    int batchSize,
    RetryPolicy retryPolicy,
    Duration lease,
    Duration checkpointInterval,
    Duration closeTimeout) {

  public static final Start DEFAULT_START = Start.LATEST;
  public static final int DEFAULT_CONCURRENCY = 64;
  public static final int DEFAULT_MAX_IN_FLIGHT = 1_000;
  public static final int DEFAULT_BATCH_SIZE = 200;
  public static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);
  public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMillis(200);
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

  /** The shortest lease: renewing it must have time to fail and be tried again. */
  public static final Duration MIN_LEASE = Duration.ofMillis(100);

  public SubscriptionOptions {
    if (concurrency < 1 || maxInFlight < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "A subscription needs a concurrency, a bound in flight and a batch size of at least 1, not "
              + concurrency
              + ", "
              + maxInFlight
              + " and "
              + batchSize
              + ".");
    }
    if (lease.compareTo(MIN_LEASE) < 0) {
      throw new IllegalArgumentException(
          "A lease is at least " + MIN_LEASE.toMillis() + " ms, not " + lease.toMillis() + " ms.");
    }
    if (checkpointInterval.isNegative() || closeTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "A subscription cannot wait a negative time: checkpoint interval "
              + checkpointInterval
              + ", close timeout "
              + closeTimeout
              + ".");
    }
  }

  public static SubscriptionOptions defaults() {
    return new SubscriptionOptions(
        DEFAULT_START,
        DEFAULT_CONCURRENCY,
        DEFAULT_MAX_IN_FLIGHT,
        DEFAULT_BATCH_SIZE,
        RetryPolicy.defaults(),
        DEFAULT_LEASE,
        DEFAULT_CHECKPOINT_INTERVAL,
        DEFAULT_CLOSE_TIMEOUT);
  }

  /** A new subscription begins with the first event there is. */
  public SubscriptionOptions fromEarliest() {
    return withStart(Start.EARLIEST);
  }

  public SubscriptionOptions withStart(Start newStart) {
    return new SubscriptionOptions(
        newStart,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        lease,
        checkpointInterval,
        closeTimeout);
  }

  public SubscriptionOptions withConcurrency(int newConcurrency) {
    return new SubscriptionOptions(
        start,
        newConcurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        lease,
        checkpointInterval,
        closeTimeout);
  }

  public SubscriptionOptions withMaxInFlight(int newMaxInFlight) {
    return new SubscriptionOptions(
        start,
        concurrency,
        newMaxInFlight,
        batchSize,
        retryPolicy,
        lease,
        checkpointInterval,
        closeTimeout);
  }

  public SubscriptionOptions withBatchSize(int newBatchSize) {
    return new SubscriptionOptions(
        start,
        concurrency,
        maxInFlight,
        newBatchSize,
        retryPolicy,
        lease,
        checkpointInterval,
        closeTimeout);
  }

  public SubscriptionOptions withRetryPolicy(RetryPolicy newRetryPolicy) {
    return new SubscriptionOptions(
        start,
        concurrency,
        maxInFlight,
        batchSize,
        newRetryPolicy,
        lease,
        checkpointInterval,
        closeTimeout);
  }

  public SubscriptionOptions withLease(Duration newLease) {
    return new SubscriptionOptions(
        start,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        newLease,
        checkpointInterval,
        closeTimeout);
  }

  public SubscriptionOptions withCheckpointInterval(Duration newCheckpointInterval) {
    return new SubscriptionOptions(
        start,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        lease,
        newCheckpointInterval,
        closeTimeout);
  }

  public SubscriptionOptions withCloseTimeout(Duration newCloseTimeout) {
    return new SubscriptionOptions(
        start,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        lease,
        checkpointInterval,
        newCloseTimeout);
  }
}
