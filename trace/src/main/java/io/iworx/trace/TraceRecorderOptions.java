package io.iworx.trace;

import java.time.Duration;

/**
 * How a recorder buffers.
 *
 * @param capacity entries held while the store is slower than the work; more are dropped and
 *     counted
 * @param batchSize the most entries stored at once
 * @param linger how long the first entry of a batch waits for others
 * @param closeTimeout how long closing waits for the store
 */
public record TraceRecorderOptions(
    int capacity, int batchSize, Duration linger, Duration closeTimeout) {

  public static final int DEFAULT_CAPACITY = 10_000;
  public static final int DEFAULT_BATCH_SIZE = 500;
  public static final Duration DEFAULT_LINGER = Duration.ofMillis(50);
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);

  public TraceRecorderOptions {
    if (capacity < 1 || batchSize < 1) {
      throw new IllegalArgumentException(
          "A trace recorder needs a capacity and a batch size of at least 1, not "
              + capacity
              + " and "
              + batchSize
              + ".");
    }
    if (linger.isNegative() || closeTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "A trace recorder cannot wait a negative time: linger "
              + linger
              + ", close timeout "
              + closeTimeout
              + ".");
    }
  }

  public static TraceRecorderOptions defaults() {
    return new TraceRecorderOptions(
        DEFAULT_CAPACITY, DEFAULT_BATCH_SIZE, DEFAULT_LINGER, DEFAULT_CLOSE_TIMEOUT);
  }

  public TraceRecorderOptions withCapacity(int newCapacity) {
    return new TraceRecorderOptions(newCapacity, batchSize, linger, closeTimeout);
  }

  public TraceRecorderOptions withBatchSize(int newBatchSize) {
    return new TraceRecorderOptions(capacity, newBatchSize, linger, closeTimeout);
  }

  public TraceRecorderOptions withLinger(Duration newLinger) {
    return new TraceRecorderOptions(capacity, batchSize, newLinger, closeTimeout);
  }

  public TraceRecorderOptions withCloseTimeout(Duration newCloseTimeout) {
    return new TraceRecorderOptions(capacity, batchSize, linger, newCloseTimeout);
  }
}
