package io.iworx.torture;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.NewEvent;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.PostgresEventLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** A publisher: several callers that publish in every way there is, and note it. */
final class Publishing {
  static final EventType<Step> TYPE = EventType.of("torture.step", Step.class);
  private static final String SERVICE = "torture-publisher";

  private static final int CALLERS = 8;
  private static final int MAX_PAUSE_MILLIS = 30;
  private static final int AFTER_FAILURE_MILLIS = 100;
  private static final int MOST_AT_ONCE = 8;

  private final WorkerSettings settings;
  private final ConnectionPool pool;
  private final Orders orders;
  private final Deeds deeds;
  private final EventBus bus;
  private final Rows rows;
  private final AtomicLong count = new AtomicLong();

  private Publishing(
      WorkerSettings settings, ConnectionPool pool, Orders orders, Deeds deeds, EventBus bus) {
    this.settings = settings;
    this.pool = pool;
    this.orders = orders;
    this.deeds = deeds;
    this.bus = bus;
    this.rows = new Rows(settings.has(Plant.UNFLUSHED));
  }

  static void run(WorkerSettings settings, ConnectionPool pool, Orders orders) throws Exception {
    try (var log = PostgresEventLog.create(pool);
        var bus =
            EventBus.create(
                SERVICE, log, EventBusOptions.defaults().withInstance(settings.name()));
        var deeds = Deeds.open(settings.folder(), settings.name());
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      var publishing = new Publishing(settings, pool, orders, deeds, bus);
      var seeds = new SplittableRandom(settings.seed());
      for (var caller = 0; caller < CALLERS; caller++) {
        var random = seeds.split();
        callers.execute(() -> publishing.call(random));
      }
      orders.say(Orders.READY);
    }
  }

  private void call(RandomGenerator random) {
    try {
      while (!orders.over()) {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MILLIS));
        publishOrPause(random);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void publishOrPause(RandomGenerator random) throws InterruptedException {
    try {
      publish(random);
    } catch (EventException | SQLException e) {
      // How it ended stands in the journal by what is missing there: nobody knows.
      TimeUnit.MILLISECONDS.sleep(AFTER_FAILURE_MILLIS);
    }
  }

  private void publish(RandomGenerator random) throws SQLException, InterruptedException {
    var kind = settings.has(Plant.UNFLUSHED) ? PublishKind.OLD_COLUMNS : PublishKind.draw(random);
    switch (kind) {
      case PLAIN -> alone(kind, random);
      case MANY -> many(kind, random);
      case WITH_ROW -> withRow(kind, random, 0);
      case SLOW -> withRow(kind, random, 1_000 + random.nextInt(1_000));
      case ROLLED_BACK -> rolledBack(kind, random);
      case OLD_COLUMNS -> oldColumns(kind, random);
      case PREPARED -> throw new IllegalStateException("Only the harness prepares transactions.");
    }
  }

  private NewEvent<Step> next(PublishKind kind, RandomGenerator random) {
    var id = settings.name() + "-" + count.incrementAndGet();
    var key = kind == PublishKind.OLD_COLUMNS ? -1 : Keys.draw(random);
    var mood = Mood.draw(random);
    var event = NewEvent.of(TYPE, new Step(mood, textOf(id))).withId(id);
    var name = Keys.named(key);
    deeds.intend(id, kind, key, mood);
    return name == null ? event : event.withKey(name);
  }

  private String textOf(String id) {
    var text = Keys.textOf(id);
    return settings.has(Plant.GARBLED) && Defects.isChosen(id) ? text.strip() + "?" : text;
  }

  /** When nobody knows whether it was stored, half of the callers publish it again. */
  private void alone(PublishKind kind, RandomGenerator random) {
    var event = next(kind, random);
    try {
      bus.publish(event);
    } catch (EventException e) {
      if (random.nextBoolean()) {
        throw e;
      }
      bus.publish(event);
    }
    deeds.acknowledge(event.id());
  }

  private void many(PublishKind kind, RandomGenerator random) {
    List<NewEvent<Step>> events = new ArrayList<>();
    for (var left = 2 + random.nextInt(MOST_AT_ONCE); left > 0; left--) {
      events.add(next(kind, random));
    }
    bus.publishAll(events);
    events.forEach(it -> deeds.acknowledge(it.id()));
  }

  private void withRow(PublishKind kind, RandomGenerator random, int openMillis)
      throws SQLException, InterruptedException {
    try (var connection = begin()) {
      var event = next(kind, random);
      write(connection, event);
      TimeUnit.MILLISECONDS.sleep(openMillis);
      orders.mayHold();
      connection.commit();
      deeds.acknowledge(event.id());
    }
  }

  private void rolledBack(PublishKind kind, RandomGenerator random)
      throws SQLException, InterruptedException {
    try (var connection = begin()) {
      var event = next(kind, random);
      // Whatever happens now: nobody will ever ask for the commit.
      deeds.rollBack(event.id());
      if (settings.has(Plant.GHOST)) {
        bus.publish(event);
      } else {
        write(connection, event);
      }
      TimeUnit.MILLISECONDS.sleep(random.nextInt(MAX_PAUSE_MILLIS));
      connection.rollback();
    }
  }

  private Connection begin() throws SQLException {
    var connection = pool.getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  private void write(Connection connection, NewEvent<Step> event) throws SQLException {
    rows.insertBusinessRow(connection, event.id());
    bus.publish(connection, event);
  }

  private void oldColumns(PublishKind kind, RandomGenerator random) throws SQLException {
    var event = next(kind, random);
    try (var connection = pool.getConnection()) {
      rows.insertOldColumns(connection, event);
      deeds.acknowledge(event.id());
    }
  }
}
