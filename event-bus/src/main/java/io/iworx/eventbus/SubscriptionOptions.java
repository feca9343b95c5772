package io.iworx.eventbus;

import io.iworx.eventbus.spi.Start;
import java.time.Duration;

/**
 * How a subscription reads and delivers.
 *
 * @param start where a new subscription begins; ignored for one that exists
 * @param definition the number of this set of types, 1 or more: raise it whenever the types change,
 *     so that of two releases that run at once the older one stands back
 * @param partitions how many parts a new subscription has, 1 to {@link #MAX_PARTITIONS}: the most
 *     instances that can share it, and the most transactions a transactional one has open at a
 *     time. Ignored for one that exists
 * @param concurrency handlers that run at the same time in this instance; a transactional
 *     subscription runs one a partition
 * @param maxInFlight events of a partition read and not yet handled, in this instance
 * @param batchSize the most events read at once, and the most that share a transaction
 * @param retryPolicy what happens to an event whose handler fails
 * @param attemptLimit how long one attempt may take before it is interrupted and counts as failed
 * @param afterDeadLetter what happens to later events of a dead letter's key
 * @param closeTimeout how long closing waits for handlers before it interrupts them
 */
public record SubscriptionOptions(
    Start start,
    int definition,
    int partitions,
    int concurrency,
    int maxInFlight,
    int batchSize,
    RetryPolicy retryPolicy,
    Duration attemptLimit,
    AfterDeadLetter afterDeadLetter,
    Duration closeTimeout) {

  public static final Start DEFAULT_START = Start.LATEST;
  public static final int DEFAULT_DEFINITION = 1;
  public static final int DEFAULT_PARTITIONS = 4;
  public static final int MAX_PARTITIONS = 256;
  public static final int DEFAULT_CONCURRENCY = 64;
  public static final int DEFAULT_MAX_IN_FLIGHT = 1_000;
  public static final int DEFAULT_BATCH_SIZE = 500;
  public static final Duration DEFAULT_ATTEMPT_LIMIT = Duration.ofMinutes(1);
  public static final AfterDeadLetter DEFAULT_AFTER_DEAD_LETTER = AfterDeadLetter.KEY_GOES_ON;
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(10);

  public SubscriptionOptions {
    if (definition < 1) {
      throw new IllegalArgumentException("Definitions count from 1; this is " + definition + ".");
    }
    if (partitions < 1 || partitions > MAX_PARTITIONS) {
      throw new IllegalArgumentException(
          "A subscription has 1 to " + MAX_PARTITIONS + " partitions, not " + partitions + ".");
    }
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
    if (!attemptLimit.isPositive() || closeTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "An attempt needs time and closing cannot wait a negative one: attempt limit "
              + attemptLimit
              + ", close timeout "
              + closeTimeout
              + ".");
    }
  }

  public static SubscriptionOptions defaults() {
    return new SubscriptionOptions(
        DEFAULT_START,
        DEFAULT_DEFINITION,
        DEFAULT_PARTITIONS,
        DEFAULT_CONCURRENCY,
        DEFAULT_MAX_IN_FLIGHT,
        DEFAULT_BATCH_SIZE,
        RetryPolicy.defaults(),
        DEFAULT_ATTEMPT_LIMIT,
        DEFAULT_AFTER_DEAD_LETTER,
        DEFAULT_CLOSE_TIMEOUT);
  }

  /** A new subscription begins with the first event there is. */
  public SubscriptionOptions fromEarliest() {
    return withStart(Start.EARLIEST);
  }

  public SubscriptionOptions withStart(Start newStart) {
    return new SubscriptionOptions(
        newStart,
        definition,
        partitions,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        attemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withDefinition(int newDefinition) {
    return new SubscriptionOptions(
        start,
        newDefinition,
        partitions,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        attemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withPartitions(int newPartitions) {
    return new SubscriptionOptions(
        start,
        definition,
        newPartitions,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        attemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withConcurrency(int newConcurrency) {
    return new SubscriptionOptions(
        start,
        definition,
        partitions,
        newConcurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        attemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withMaxInFlight(int newMaxInFlight) {
    return new SubscriptionOptions(
        start,
        definition,
        partitions,
        concurrency,
        newMaxInFlight,
        batchSize,
        retryPolicy,
        attemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withBatchSize(int newBatchSize) {
    return new SubscriptionOptions(
        start,
        definition,
        partitions,
        concurrency,
        maxInFlight,
        newBatchSize,
        retryPolicy,
        attemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withRetryPolicy(RetryPolicy newRetryPolicy) {
    return new SubscriptionOptions(
        start,
        definition,
        partitions,
        concurrency,
        maxInFlight,
        batchSize,
        newRetryPolicy,
        attemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withAttemptLimit(Duration newAttemptLimit) {
    return new SubscriptionOptions(
        start,
        definition,
        partitions,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        newAttemptLimit,
        afterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withAfterDeadLetter(AfterDeadLetter newAfterDeadLetter) {
    return new SubscriptionOptions(
        start,
        definition,
        partitions,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        attemptLimit,
        newAfterDeadLetter,
        closeTimeout);
  }

  public SubscriptionOptions withCloseTimeout(Duration newCloseTimeout) {
    return new SubscriptionOptions(
        start,
        definition,
        partitions,
        concurrency,
        maxInFlight,
        batchSize,
        retryPolicy,
        attemptLimit,
        afterDeadLetter,
        newCloseTimeout);
  }
}
