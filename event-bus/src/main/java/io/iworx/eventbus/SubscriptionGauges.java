package io.iworx.eventbus;

import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the subscriptions of a bus stand, as gauges. However many there are and however often
 * somebody collects, the store is asked once in {@link #FRESH} at most.
 */
final class SubscriptionGauges implements AutoCloseable {
  static final Duration FRESH = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(SubscriptionGauges.class);

  private final SubscriptionStore store;
  private final Set<String> names;
  private final @Nullable BatchCallback callback;
  private final ReentrantLock asking = new ReentrantLock();
  private List<SubscriptionStatus> known = List.of();
  private @Nullable Long askedAt;

  /**
   * @param names those this bus subscribes by, as they are at each moment; what others subscribe by
   *     is theirs to report
   */
  SubscriptionGauges(BusTelemetry telemetry, SubscriptionStore store, Set<String> names) {
    this.store = store;
    this.names = names;
    this.callback = telemetry.metering() ? register(telemetry) : null;
  }

  private BatchCallback register(BusTelemetry telemetry) {
    var lag =
        gauge(telemetry, BusTelemetry.LAG_EVENTS, "{event}", "Events not come to or waiting.");
    var seconds =
        telemetry
            .meter()
            .gaugeBuilder(BusTelemetry.LAG_SECONDS)
            .setUnit("s")
            .setDescription("How long the oldest of them has waited.")
            .buildObserver();
    var blocked =
        gauge(telemetry, BusTelemetry.BLOCKED_KEYS, "{key}", "Keys that wait for a failed event.");
    var dead = gauge(telemetry, BusTelemetry.DEAD_LETTERS, "{event}", "Events set aside.");
    return telemetry
        .meter()
        .batchCallback(() -> observe(lag, seconds, blocked, dead), lag, seconds, blocked, dead);
  }

  private static ObservableLongMeasurement gauge(
      BusTelemetry telemetry, String name, String unit, String description) {
    return telemetry
        .meter()
        .gaugeBuilder(name)
        .ofLongs()
        .setUnit(unit)
        .setDescription(description)
        .buildObserver();
  }

  private void observe(
      ObservableLongMeasurement lag,
      ObservableDoubleMeasurement seconds,
      ObservableLongMeasurement blocked,
      ObservableLongMeasurement dead) {
    for (var status : statuses()) {
      if (names.contains(status.name())) {
        var attributes =
            Attributes.of(
                BusTelemetry.SYSTEM, BusTelemetry.IWORX, BusTelemetry.SUBSCRIPTION, status.name());
        lag.record(status.lag(), attributes);
        seconds.record(status.oldestUnread().toMillis() / 1000.0, attributes);
        blocked.record(status.blockedKeys(), attributes);
        dead.record(status.deadLetters(), attributes);
      }
    }
  }

  /** None when the store cannot say: a gap is better than an old figure. */
  private List<SubscriptionStatus> statuses() {
    if (names.isEmpty()) {
      return List.of();
    }
    asking.lock();
    try {
      var now = System.nanoTime();
      if (askedAt == null || now - askedAt >= FRESH.toNanos()) {
        askedAt = now;
        known = List.of();
        known = store.admin().list();
      }
      return known;
    } catch (RuntimeException e) {
      log.debug("[Event Bus] how subscriptions stand is not known: {}", e.toString());
      return List.of();
    } finally {
      asking.unlock();
    }
  }

  @Override
  public void close() {
    if (callback != null) {
      callback.close();
    }
  }
}
