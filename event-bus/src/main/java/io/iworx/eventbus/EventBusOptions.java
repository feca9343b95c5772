package io.iworx.eventbus;

import io.iworx.trace.TraceRecorder;
import java.security.SecureRandom;
import java.time.Clock;
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
 * @param subscriptions the options of subscriptions that are given none of their own
 */
public record EventBusOptions(
    TraceRecorder traceRecorder,
    Clock clock,
    RandomGenerator random,
    @Nullable String instance,
    int maxPayloadBytes,
    SubscriptionOptions subscriptions) {

  public static final int DEFAULT_MAX_PAYLOAD_BYTES = 256 * 1024;

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
        SubscriptionOptions.defaults());
  }

  public EventBusOptions withTraceRecorder(TraceRecorder newTraceRecorder) {
    return new EventBusOptions(
        newTraceRecorder, clock, random, instance, maxPayloadBytes, subscriptions);
  }

  public EventBusOptions withClock(Clock newClock) {
    return new EventBusOptions(
        traceRecorder, newClock, random, instance, maxPayloadBytes, subscriptions);
  }

  public EventBusOptions withRandom(RandomGenerator newRandom) {
    return new EventBusOptions(
        traceRecorder, clock, newRandom, instance, maxPayloadBytes, subscriptions);
  }

  public EventBusOptions withInstance(String newInstance) {
    return new EventBusOptions(
        traceRecorder, clock, random, newInstance, maxPayloadBytes, subscriptions);
  }

  public EventBusOptions withMaxPayloadBytes(int newMaxPayloadBytes) {
    return new EventBusOptions(
        traceRecorder, clock, random, instance, newMaxPayloadBytes, subscriptions);
  }

  public EventBusOptions withSubscriptions(SubscriptionOptions newSubscriptions) {
    return new EventBusOptions(
        traceRecorder, clock, random, instance, maxPayloadBytes, newSubscriptions);
  }
}
