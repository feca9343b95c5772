package io.iworx.benchmarks.load;

import io.iworx.eventbus.Event;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.Migrations;
import io.iworx.postgres.PostgresEventLog;
import io.iworx.postgres.PostgresEventLogOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The event bus as a service would use it, with every option at its default. The only class here
 * that touches its API.
 */
final class Ourselves implements AutoCloseable {
  static final EventType<Order> TYPE =
      EventType.of("work_order.benchmarked", Order.class).keyedBy("workOrderId");

  static final String SERVICE = "benchmark";

  /** As many as the program of the module {@code server} opens. */
  static final int CONNECTIONS = 24;

  private final ConnectionPool pool;
  private final PostgresEventLog log;
  private final EventBus bus;

  private Ourselves(ConnectionPool pool, PostgresEventLog log) {
    this.pool = pool;
    this.log = log;
    this.bus = EventBus.create(SERVICE, log);
  }

  static Ourselves open(Stage stage) {
    return open(stage, true);
  }

  /**
   * A bus of its own, as another instance of the service.
   *
   * @param notices whether it listens for the notices of other processes
   */
  static Ourselves open(Stage stage, boolean notices) {
    ConnectionPool pool = pool(stage, CONNECTIONS);
    Migrations.migrate(pool);
    return new Ourselves(
        pool,
        PostgresEventLog.create(pool, PostgresEventLogOptions.defaults().withNotices(notices)));
  }

  static ConnectionPool pool(Stage stage, int size) {
    return ConnectionPool.open(stage.jdbcUrl(), stage.user(), stage.password(), size);
  }

  void publish(long sequence) {
    publish(sequence, System.nanoTime());
  }

  void publish(long sequence, long sentAt) {
    bus.publish(TYPE, Order.of(sequence, sentAt));
  }

  void publish(Connection connection, long sequence, long sentAt) {
    bus.publish(connection, TYPE, Order.of(sequence, sentAt));
  }

  /** A connection of the pool, for rows of our own. */
  Connection connection() throws SQLException {
    return pool.getConnection();
  }

  void subscribe(String name, Consumer<Order> handler) {
    bus.subscribe(name, List.of(TYPE), (event, delivery) -> handler.accept(event.payload()));
  }

  /** A subscription that ends when it is closed. */
  AutoCloseable subscribeFromEarliest(String name, Consumer<Order> handler) {
    return bus.subscribe(
        name,
        List.of(TYPE),
        SubscriptionOptions.defaults().fromEarliest(),
        (event, delivery) -> handler.accept(event.payload()));
  }

  /** Inserts an effect for each event, in the transaction of the delivery. */
  void subscribeEffects(String name, Runnable handled) {
    bus.subscribeTransactional(
        name,
        List.of(TYPE),
        SubscriptionOptions.defaults().fromEarliest(),
        (event, connection) -> {
          try (PreparedStatement insert = connection.prepareStatement(Effects.INSERT)) {
            Effects.bind(insert, event.payload());
            insert.executeUpdate();
          }
          handled.run();
        });
  }

  /** The same by JDBC batches, many events at a time. */
  void subscribeEffectsInBatches(String name, IntConsumer handled) {
    bus.subscribeBatch(
        name,
        List.of(TYPE),
        SubscriptionOptions.defaults().fromEarliest(),
        (events, connection) -> {
          try (PreparedStatement insert = connection.prepareStatement(Effects.INSERT)) {
            for (Event<Order> event : events) {
              Effects.bind(insert, event.payload());
              insert.addBatch();
            }
            insert.executeBatch();
          }
          handled.accept(events.size());
        });
  }

  /** Returns when the durable checkpoints of the subscriptions have passed what is in the log. */
  void awaitCheckpoints(Set<String> names) throws SQLException, InterruptedException {
    long last = lastPosition();
    while (!passed(names, last)) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private boolean passed(Set<String> names, long position) {
    return log.subscriptions().admin().list().stream()
            .filter(status -> names.contains(status.name()))
            .map(SubscriptionStatus::checkpoint)
            .filter(checkpoint -> checkpoint >= position)
            .count()
        == names.size();
  }

  private long lastPosition() throws SQLException {
    return ask("SELECT coalesce(max(position), 0) FROM domain_events");
  }

  /** The whole number a query answers. */
  long ask(String query) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  @Override
  public void close() {
    bus.close();
    log.close();
    pool.close();
  }
}
