package io.iworx.sagas;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.Event;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.RetryPolicy;
import io.iworx.eventbus.Subscription;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.Start;
import io.iworx.sagas.spi.SagaEvent;
import io.iworx.sagas.spi.SagaStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events of the types that sagas wait for from the bus to the store, by one durable
 * subscription for each type. The store keeps them, also for sagas that come to wait later.
 */
final class Arrivals implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);
  private static final String NAME = "saga-await:";

  /** What was published while the clocks of two machines differed by so much is not missed. */
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  /** Several at a time, each a transaction. */
  private static final int CONCURRENCY = 8;

  private static final RetryPolicy UNTIL_STORED =
      new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(100), Duration.ofSeconds(10));

  private final SagaEngine engine;
  private final SagaStore store;
  private final EventBus bus;
  private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();

  Arrivals(SagaEngine engine, SagaStore store, EventBus bus) {
    this.engine = engine;
    this.store = store;
    this.bus = bus;
  }

  /**
   * From now on no event of the type is missed, and for the first saga of the service ever none
   * since the start of the oldest saga: it may come to wait for the type, too.
   *
   * @param since the start of a saga that may not be stored yet
   * @throws IllegalArgumentException when the type's name is too long
   * @throws RuntimeException when the bus cannot say so now
   */
  void follow(String type, Instant since) {
    if (subscriptions.containsKey(type)) {
      return;
    }
    if (!Correlation.accepts(name(type))) {
      throw new IllegalArgumentException(
          "The name of event type " + type + " is too long to be awaited: " + name(type));
    }
    try {
      subscriptions.computeIfAbsent(type, _ -> subscribe(type, since));
    } catch (IllegalArgumentException e) {
      // Another on this very bus follows it, and this one does with a later look if that closes.
      LOG.debug("Events {} are followed by another: {}", type, e.getMessage());
    }
  }

  /** Each service has its own: the sagas of two need not be in one store. */
  private String name(String type) {
    return NAME + bus.service() + ":" + type;
  }

  private Subscription subscribe(String type, Instant since) {
    var oldest = store.oldestStart().filter(since::isAfter).orElse(since);
    var options =
        SubscriptionOptions.defaults()
            .withStart(Start.at(oldest.minus(CLOCKS_DIFFER)))
            .withPartitions(1)
            .withConcurrency(CONCURRENCY)
            .withRetryPolicy(UNTIL_STORED);
    return bus.subscribe(
        name(type), List.of(EventType.matching(type)), options, (event, _) -> arrived(event));
  }

  /** The same for what sagas wait for that another instance began to run. */
  void followAll(Iterable<String> types) {
    for (var type : types) {
      try {
        follow(type, engine.now());
      } catch (RuntimeException e) {
        LOG.warn("Events {} are followed with the next look: {}", type, e.getMessage());
      }
    }
  }

  private void arrived(Event<Map<String, Object>> event) {
    var key = event.key();
    if (key == null) {
      return;
    }
    var kept = AwaitedEvent.of(event, engine.json().read(event.json()));
    var json = engine.json().encodeAny("Event " + event.id(), kept);
    var saga = new SagaEvent(event.id(), event.type(), key, event.timestamp(), json);
    if (store.arrive(saga) > 0) {
      engine.dueIn(Duration.ZERO);
    }
  }

  @Override
  public void close() {
    subscriptions.values().forEach(Subscription::close);
  }
}
