package io.iworx.eventbus;

import io.iworx.trace.TraceRecorder;
import io.opentelemetry.api.OpenTelemetry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a bus works.
 *
 * @param traceRecorder is told of every delivery; stays open when the bus is closed
 * @param clock when deliveries happened; leases go by the store's own time
 * @param random the jitter of retries; must be safe for any thread
 * @param instance what this copy of the service is called in claims; unique among all that run.
 *     Null for a name made from the service, the process and chance
 * @param maxPayloadBytes the largest payload, in bytes of UTF-8
 * @param lease how long this instance holds partitions without a sign of life, at least {@link
 *     #MIN_LEASE}: after a crash others go on when it has ended
 * @param checkpointInterval the shortest time between two writes of the checkpoints of
 *     subscriptions that are not transactional; after a crash the events handled since the last
 *     write are delivered again
 * @param subscriptions the options of subscriptions that are given none of their own
 * @param openTelemetry where spans and metrics go; {@link OpenTelemetry#noop()} unless given, and
 *     then nothing is measured. The global one is never taken unasked: whoever asks it too early
 *     fixes it for the whole process
 */
public record EventBusOptions(
    TraceRecorder traceRecorder,
    Clock clock,
    RandomGenerator random,
    @Nullable String instance,
    int maxPayloadBytes,
    Duration lease,
    Duration checkpointInterval,
    SubscriptionOptions subscriptions,
    OpenTelemetry openTelemetry) {

  public static final int DEFAULT_MAX_PAYLOAD_BYTES = 256 * 1024;
  public static final Duration DEFAULT_LEASE = Duration.ofSeconds(10);
  public static final Duration DEFAULT_CHECKPOINT_INTERVAL = Duration.ofMillis(200);

  /** The shortest lease: renewing it must have time to fail and be tried again. */
  public static final Duration MIN_LEASE = Duration.ofMillis(100);

  /** The most events of one {@link EventBus#publishAll(java.util.List)}. */
  public static final int MAX_EVENTS_AT_ONCE = 10_000;

  /** The most payload and metadata of one {@link EventBus#publishAll(java.util.List)}. */
  public static final int MAX_CHARACTERS_AT_ONCE = 64 * 1024 * 1024;

  public EventBusOptions {
    if (maxPayloadBytes < 2) {
      throw new IllegalArgumentException(
          "A payload has at least the 2 bytes of an empty object; the limit is "
              + maxPayloadBytes
              + ".");
    }
    if (lease.compareTo(MIN_LEASE) < 0) {
      throw new IllegalArgumentException(
          "A lease is at least " + MIN_LEASE.toMillis() + " ms, not " + lease.toMillis() + " ms.");
    }
    if (checkpointInterval.isNegative()) {
      throw new IllegalArgumentException(
          "Checkpoints cannot be written every " + checkpointInterval + ".");
    }
    if (instance != null && instance.isBlank()) {
      throw new IllegalArgumentException("The name of an instance must not be blank.");
    }
  }

  public static EventBusOptions defaults() {
    return new EventBusOptions(
        TraceRecorder.none(),
        Clock.systemUTC(),
        new SecureRandom(),
        null,
        DEFAULT_MAX_PAYLOAD_BYTES,
        DEFAULT_LEASE,
        DEFAULT_CHECKPOINT_INTERVAL,
        SubscriptionOptions.defaults(),
        OpenTelemetry.noop());
  }

  public EventBusOptions withTraceRecorder(TraceRecorder newTraceRecorder) {
    return new EventBusOptions(
        newTraceRecorder,
        clock,
        random,
        instance,
        maxPayloadBytes,
        lease,
        checkpointInterval,
        subscriptions,
        openTelemetry);
  }

  public EventBusOptions withClock(Clock newClock) {
    return new EventBusOptions(
        traceRecorder,
        newClock,
        random,
        instance,
        maxPayloadBytes,
        lease,
        checkpointInterval,
        subscriptions,
        openTelemetry);
  }

  public EventBusOptions withRandom(RandomGenerator newRandom) {
    return new EventBusOptions(
        traceRecorder,
        clock,
        newRandom,
        instance,
        maxPayloadBytes,
        lease,
        checkpointInterval,
        subscriptions,
        openTelemetry);
  }

  public EventBusOptions withInstance(String newInstance) {
    return new EventBusOptions(
        traceRecorder,
        clock,
        random,
        newInstance,
        maxPayloadBytes,
        lease,
        checkpointInterval,
        subscriptions,
        openTelemetry);
  }

  public EventBusOptions withMaxPayloadBytes(int newMaxPayloadBytes) {
    return new EventBusOptions(
        traceRecorder,
        clock,
        random,
        instance,
        newMaxPayloadBytes,
        lease,
        checkpointInterval,
        subscriptions,
        openTelemetry);
  }

  public EventBusOptions withLease(Duration newLease) {
    return new EventBusOptions(
        traceRecorder,
        clock,
        random,
        instance,
        maxPayloadBytes,
        newLease,
        checkpointInterval,
        subscriptions,
        openTelemetry);
  }

  public EventBusOptions withCheckpointInterval(Duration newCheckpointInterval) {
    return new EventBusOptions(
        traceRecorder,
        clock,
        random,
        instance,
        maxPayloadBytes,
        lease,
        newCheckpointInterval,
        subscriptions,
        openTelemetry);
  }

  public EventBusOptions withSubscriptions(SubscriptionOptions newSubscriptions) {
    return new EventBusOptions(
        traceRecorder,
        clock,
        random,
        instance,
        maxPayloadBytes,
        lease,
        checkpointInterval,
        newSubscriptions,
        openTelemetry);
  }

  /**
   * Spans and metrics of publishing and handling, and gauges of the subscriptions of this bus. For
   * the one that the OpenTelemetry agent sets up: {@code GlobalOpenTelemetry.get()}.
   */
  public EventBusOptions withOpenTelemetry(OpenTelemetry newOpenTelemetry) {
    return new EventBusOptions(
        traceRecorder,
        clock,
        random,
        instance,
        maxPayloadBytes,
        lease,
        checkpointInterval,
        subscriptions,
        newOpenTelemetry);
  }
}
