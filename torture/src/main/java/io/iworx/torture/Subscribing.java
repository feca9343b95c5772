package io.iworx.torture;

import io.iworx.eventbus.Event;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.eventbus.RetryPolicy;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.PostgresEventLog;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A subscriber: an instance that shares all subscriptions of the round with others. */
final class Subscribing {
  private static final String SERVICE = "torture-subscriber";

  /** Patient, so that only what is poisonous is ever set aside. */
  private static final RetryPolicy PATIENT =
      new RetryPolicy(200, Duration.ofMillis(20), Duration.ofMillis(500));

  private static final int FLAKY_FAILURES = 2;

  private final WorkerSettings settings;
  private final Orders orders;
  private final Defects defects;
  private final Deliveries deliveries;
  private final Rows rows = new Rows(false);
  private final Map<String, Integer> failures = new ConcurrentHashMap<>();

  private Subscribing(
      WorkerSettings settings, Orders orders, Defects defects, Deliveries deliveries) {
    this.settings = settings;
    this.orders = orders;
    this.defects = defects;
    this.deliveries = deliveries;
  }

  static void run(WorkerSettings settings, ConnectionPool pool, Orders orders) throws Exception {
    var lease =
        settings.plant() == Plant.SLEEPY ? settings.lease().multipliedBy(5) : settings.lease();
    var options =
        EventBusOptions.defaults()
            .withInstance(settings.name())
            .withClock(Clock.offset(Clock.systemUTC(), settings.clockOffset()))
            .withLease(lease)
            .withSubscriptions(
                SubscriptionOptions.defaults().fromEarliest().withRetryPolicy(PATIENT));
    try (var log = PostgresEventLog.create(pool);
        var bus = EventBus.create(SERVICE, log, options);
        var deliveries = Deliveries.open(settings.folder(), settings.name());
        var defects = new Defects(settings.plant(), pool)) {
      new Subscribing(settings, orders, defects, deliveries)
          .subscribe(bus, options.subscriptions());
      orders.say(Orders.READY);
      orders.awaitStop();
    }
  }

  private void subscribe(EventBus bus, SubscriptionOptions options) throws IOException {
    var types = List.of(Publishing.TYPE);
    bus.subscribe(Audience.PLAIN.subscription(), types, (event, _) -> plain(event));
    if (!defects.readsByItself(settings, rows)) {
      bus.subscribeTransactional(
          Audience.SINGLE.subscription(),
          List.of(EventType.matching("torture.*")),
          (event, connection) -> single(event.id(), connection));
    }
    bus.subscribeBatch(Audience.BATCH.subscription(), types, options, this::batch);
    bus.subscribeTransactional(Audience.FUSSY.subscription(), types, this::fussy);
  }

  private void plain(Event<Step> event) {
    compare(event);
    defects.perhapsLater(() -> deliveries.note(Audience.PLAIN, event.id()));
  }

  private void compare(Event<Step> event) {
    if (!event.payload().text().equals(Keys.textOf(event.id()))) {
      deliveries.noteGarbled(event.id());
    }
  }

  private void single(String id, Connection connection) throws SQLException, InterruptedException {
    if (defects.skips(id)) {
      return;
    }
    insertEffect(connection, Audience.SINGLE, id);
    orders.mayHold();
  }

  private void insertEffect(Connection connection, Audience audience, String id)
      throws SQLException {
    try (var own = defects.ownConnection()) {
      rows.insertEffect(
          own == null ? connection : own, audience.subscription(), id, settings.name());
    }
  }

  private void batch(List<Event<Step>> events, Connection connection)
      throws SQLException, InterruptedException {
    for (var event : events) {
      compare(event);
      insertEffect(connection, Audience.BATCH, event.id());
    }
    orders.mayHold();
  }

  private void fussy(Event<Step> event, Connection connection) throws Exception {
    rows.insertEffect(connection, Audience.FUSSY.subscription(), event.id(), settings.name());
    defects.perhapsRefuse(event.id());
    switch (event.payload().mood()) {
      case FINE -> {}
      case FLAKY -> {
        if (failures.merge(event.id(), 1, Integer::sum) <= FLAKY_FAILURES) {
          throw new IOException("not yet, says " + event.id());
        }
      }
      case POISON -> throw new PermanentFailure("never, says " + event.id());
    }
  }
}
