package io.iworx.torture;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.RetryPolicy;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.PostgresEventLog;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** A subscriber: an instance that shares all subscriptions of the round with others. */
final class Subscribing {
  private static final String SERVICE = "torture-subscriber";
  private static final int OWN_CONNECTIONS = 20;

  /** Patient, so that only what is poisonous is ever set aside. */
  private static final RetryPolicy PATIENT =
      new RetryPolicy(200, Duration.ofMillis(20), Duration.ofMillis(500));

  private Subscribing() {}

  static void run(WorkerSettings settings, ConnectionPool pool, String password, Orders orders)
      throws Exception {
    var options =
        EventBusOptions.defaults()
            .withInstance(settings.name())
            .withClock(Clock.offset(Clock.systemUTC(), settings.clockOffset()))
            .withLease(Defects.lease(settings))
            .withSubscriptions(
                SubscriptionOptions.defaults().fromEarliest().withRetryPolicy(PATIENT));
    try (var own =
            ConnectionPool.open(settings.ownJdbcUrl(), settings.user(), password, OWN_CONNECTIONS);
        var log = PostgresEventLog.create(pool);
        var bus = EventBus.create(SERVICE, log, options);
        var deliveries = Deliveries.open(settings.folder(), settings.name());
        var defects = new Defects(settings, pool)) {
      var handlers = new Handlers(settings.name(), own, orders, defects, deliveries);
      subscribe(bus, handlers, defects, options.subscriptions());
      orders.say(Orders.READY);
      defects.begun();
      orders.awaitStop();
    }
  }

  private static void subscribe(
      EventBus bus, Handlers handlers, Defects defects, SubscriptionOptions options)
      throws IOException {
    var types = List.of(Publishing.TYPE);
    bus.subscribe(Audience.PLAIN.subscription(), types, (event, _) -> handlers.plain(event));
    if (!defects.readsByItself(handlers.rows())) {
      bus.subscribeTransactional(
          Audience.SINGLE.subscription(),
          List.of(EventType.matching("torture.*")),
          (event, connection) -> handlers.single(event.id(), connection));
    }
    bus.subscribeBatch(Audience.BATCH.subscription(), types, options, handlers::batch);
    bus.subscribeTransactional(Audience.FUSSY.subscription(), types, handlers::fussy);
    bus.subscribe(Audience.OWN.subscription(), types, handlers::own);
    bus.subscribeTransactional(
        Audience.WAITING.subscription(),
        types,
        options.withAfterDeadLetter(defects.afterDeadLetter()),
        handlers::waiting);
  }
}
