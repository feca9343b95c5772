package io.iworx.sagas;

import io.iworx.correlation.Uuid7;
import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.OpenTelemetry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The choices for running sagas.
 *
 * @param instance names this running copy; fresh for each by default, and never that of another
 *     running one
 * @param lease how long after the last sign of life of an instance another takes its sagas over;
 *     100 ms to 10 minutes, {@link #DEFAULT_LEASE} by default
 * @param stepRetry for the steps of a saga on the instance that started it, where a caller may
 *     wait; {@link RetryPolicy#STEPS} by default
 * @param compensationRetry for compensations, and for steps after a takeover, when nobody waits any
 *     more; {@link RetryPolicy#COMPENSATIONS} by default
 * @param maxResultBytes the largest input, result or output as JSON; {@value
 *     #DEFAULT_MAX_RESULT_BYTES} by default
 * @param closeTimeout how long {@link Sagas#close()} waits for steps under way before it interrupts
 *     them; {@link #DEFAULT_CLOSE_TIMEOUT} by default
 * @param traceRecorder takes note of sagas and steps
 * @param clock for recorded times; leases run on the store's own time
 * @param random for jitter
 * @param openTelemetry where spans and metrics go; {@link OpenTelemetry#noop()} unless given
 */
public record SagasOptions(
    String instance,
    Duration lease,
    RetryPolicy stepRetry,
    RetryPolicy compensationRetry,
    int maxResultBytes,
    Duration closeTimeout,
    TraceRecorder traceRecorder,
    Clock clock,
    RandomGenerator random,
    OpenTelemetry openTelemetry) {

  public static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(5);
  public static final int DEFAULT_MAX_RESULT_BYTES = 256 * 1024;

  private static final Duration MIN_LEASE = Duration.ofMillis(100);
  private static final Duration MAX_LEASE = Duration.ofMinutes(10);

  public SagasOptions {
    if (instance.isBlank() || instance.length() > 200) {
      throw new IllegalArgumentException("An instance has a name of 1 to 200 characters.");
    }
    if (lease.compareTo(MIN_LEASE) < 0 || lease.compareTo(MAX_LEASE) > 0) {
      throw new IllegalArgumentException(
          "A lease lasts " + MIN_LEASE + " to " + MAX_LEASE + ", not " + lease + ".");
    }
    if (closeTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "The time to close must not be negative: " + closeTimeout + ".");
    }
    if (maxResultBytes < 1) {
      throw new IllegalArgumentException(
          "The largest result must have at least one byte, not " + maxResultBytes + ".");
    }
  }

  public static SagasOptions defaults() {
    return new SagasOptions(
        Uuid7.next(),
        DEFAULT_LEASE,
        RetryPolicy.STEPS,
        RetryPolicy.COMPENSATIONS,
        DEFAULT_MAX_RESULT_BYTES,
        DEFAULT_CLOSE_TIMEOUT,
        TraceRecorder.none(),
        Clock.systemUTC(),
        new SecureRandom(),
        OpenTelemetry.noop());
  }

  public SagasOptions withInstance(String newInstance) {
    return new SagasOptions(
        newInstance,
        lease,
        stepRetry,
        compensationRetry,
        maxResultBytes,
        closeTimeout,
        traceRecorder,
        clock,
        random,
        openTelemetry);
  }

  public SagasOptions withLease(Duration newLease) {
    return new SagasOptions(
        instance,
        newLease,
        stepRetry,
        compensationRetry,
        maxResultBytes,
        closeTimeout,
        traceRecorder,
        clock,
        random,
        openTelemetry);
  }

  public SagasOptions withStepRetry(RetryPolicy newRetry) {
    return new SagasOptions(
        instance,
        lease,
        newRetry,
        compensationRetry,
        maxResultBytes,
        closeTimeout,
        traceRecorder,
        clock,
        random,
        openTelemetry);
  }

  public SagasOptions withCompensationRetry(RetryPolicy newRetry) {
    return new SagasOptions(
        instance,
        lease,
        stepRetry,
        newRetry,
        maxResultBytes,
        closeTimeout,
        traceRecorder,
        clock,
        random,
        openTelemetry);
  }

  public SagasOptions withMaxResultBytes(int newMax) {
    return new SagasOptions(
        instance,
        lease,
        stepRetry,
        compensationRetry,
        newMax,
        closeTimeout,
        traceRecorder,
        clock,
        random,
        openTelemetry);
  }

  public SagasOptions withCloseTimeout(Duration newTimeout) {
    return new SagasOptions(
        instance,
        lease,
        stepRetry,
        compensationRetry,
        maxResultBytes,
        newTimeout,
        traceRecorder,
        clock,
        random,
        openTelemetry);
  }

  public SagasOptions withTraceRecorder(TraceRecorder newRecorder) {
    return new SagasOptions(
        instance,
        lease,
        stepRetry,
        compensationRetry,
        maxResultBytes,
        closeTimeout,
        newRecorder,
        clock,
        random,
        openTelemetry);
  }

  public SagasOptions withClock(Clock newClock) {
    return new SagasOptions(
        instance,
        lease,
        stepRetry,
        compensationRetry,
        maxResultBytes,
        closeTimeout,
        traceRecorder,
        newClock,
        random,
        openTelemetry);
  }

  public SagasOptions withRandom(RandomGenerator newRandom) {
    return new SagasOptions(
        instance,
        lease,
        stepRetry,
        compensationRetry,
        maxResultBytes,
        closeTimeout,
        traceRecorder,
        clock,
        newRandom,
        openTelemetry);
  }

  /**
   * Spans of steps, and metrics of steps and sagas. For the one that the OpenTelemetry agent sets
   * up: {@code GlobalOpenTelemetry.get()}.
   */
  public SagasOptions withOpenTelemetry(OpenTelemetry newOpenTelemetry) {
    return new SagasOptions(
        instance,
        lease,
        stepRetry,
        compensationRetry,
        maxResultBytes,
        closeTimeout,
        traceRecorder,
        clock,
        random,
        newOpenTelemetry);
  }
}
