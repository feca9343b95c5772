package io.iworx.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.WorkOrderCompleted;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.examples.guide.Guide.NewWorkOrder;
import io.iworx.examples.guide.Guide.WorkOrder;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.Migrations;
import io.iworx.postgres.PostgresEventLog;
import io.iworx.postgres.PostgresInbox;
import io.iworx.postgres.PostgresSagaStore;
import io.iworx.postgres.embedded.EmbeddedPostgres;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.Sagas;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's snippets that take a connection do what the guide says. */
class GuideIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private static EmbeddedPostgres server;
  private static ConnectionPool database;

  @BeforeAll
  static void start(@TempDir Path folder) throws SQLException {
    server = EmbeddedPostgres.start(folder);
    database = ConnectionPool.open(server.jdbcUrl(), server.user(), server.password(), 8);
    Migrations.migrate(database);
    execute("CREATE TABLE orders (id text PRIMARY KEY, status text NOT NULL)");
    execute("CREATE TABLE history (work_order text NOT NULL)");
  }

  @AfterAll
  static void stop() {
    database.close();
    server.close();
  }

  @Test
  void rowAndEventCommitTogetherAndTheHistoryIsWrittenOnce() throws Exception {
    var order = new WorkOrder("wo-1", "asset-1", "item-1", 2);
    execute("INSERT INTO orders VALUES ('wo-1', 'in_progress')");
    try (var log = PostgresEventLog.create(database);
        var bus = EventBus.create("work-order-service", log);
        var _ = Guide.subscribeToWhatYouNeed(bus, GuideIT::addToHistory)) {
      Guide.publishOnChange(database, bus, new Orders(), order);
      assertThat(count("orders WHERE status = 'completed'")).isEqualTo(1);
      await().atMost(SOON).until(() -> count("history") == 1);
    }
  }

  @Test
  void aHandlerWithADatabaseOfItsOwnWritesOnce() throws Exception {
    execute("CREATE DATABASE history_service");
    try (var own =
            ConnectionPool.open(
                server.jdbcUrl("history_service"), server.user(), server.password(), 4);
        var log = PostgresEventLog.create(database);
        var bus = EventBus.create("asset-service", log)) {
      try (var connection = own.getConnection();
          var statement = connection.createStatement()) {
        PostgresInbox.createTable(connection);
        statement.execute("CREATE TABLE history (work_order text NOT NULL)");
      }
      try (var _ = Guide.handleInADatabaseOfItsOwn(bus, own, GuideIT::addToHistory)) {
        bus.publish(
            DomainEvents.WORK_ORDER_COMPLETED,
            new WorkOrderCompleted("wo-2", "asset-1", "in_progress", "completed"));
        await()
            .atMost(SOON)
            .until(
                () -> {
                  try (var connection = own.getConnection();
                      var statement = connection.createStatement();
                      var rows =
                          statement.executeQuery(
                              "SELECT (SELECT count(*) FROM history), (SELECT count(*) FROM iworx_inbox)")) {
                    rows.next();
                    return rows.getLong(1) == 1 && rows.getLong(2) == 1;
                  }
                });
      }
    }
  }

  @Test
  void aSagaOpensOrLeavesNothing() {
    try (var log = PostgresEventLog.create(database);
        var bus = EventBus.create("work-order-service", log);
        var sagas = Sagas.create(bus, PostgresSagaStore.create(database))) {
      var inventory = new Inventory();
      var open = Guide.saga(sagas, new Orders(), inventory);

      var opened = open.start("first", new NewWorkOrder("asset-1", "item-1", 2)).await(SOON);
      assertThat(opened)
          .isInstanceOfSatisfying(
              Completed.class,
              it -> assertThat(it.output()).hasFieldOrPropertyWithValue("quantity", 2));
      assertThat(inventory.reserved).hasSize(1);

      var refused = open.start("second", new NewWorkOrder("asset-1", "item-1", 99)).await(SOON);
      assertThat(refused).isInstanceOf(Compensated.class);
      assertThat(inventory.reserved).hasSize(1);
      assertThat(count("orders WHERE id LIKE 'saga-%'")).isEqualTo(1);
    }
  }

  private static final class Orders implements Guide.WorkOrders {
    @Override
    public WorkOrder create(Connection connection, NewWorkOrder order) throws SQLException {
      var created =
          new WorkOrder(
              "saga-" + order.quantity(), order.assetId(), order.itemId(), order.quantity());
      update(connection, "INSERT INTO orders VALUES (?, 'scheduled')", created.id());
      return created;
    }

    @Override
    public void delete(Connection connection, String id) throws SQLException {
      update(connection, "DELETE FROM orders WHERE id = ?", id);
    }

    @Override
    public void complete(Connection connection, String id) throws SQLException {
      update(connection, "UPDATE orders SET status = 'completed' WHERE id = ?", id);
    }
  }

  private static final class Inventory implements Guide.Stock {
    private static final int IN_STOCK = 10;
    private final Set<String> reserved = ConcurrentHashMap.newKeySet();

    @Override
    public void reserve(WorkOrder order) {
      if (order.quantity() > IN_STOCK) {
        throw new PermanentFailure("Only " + IN_STOCK + " are in stock.");
      }
      reserved.add(order.id());
    }

    @Override
    public void release(WorkOrder order) {
      reserved.remove(order.id());
    }
  }

  private static void addToHistory(Connection connection, WorkOrderCompleted completed)
      throws SQLException {
    update(connection, "INSERT INTO history VALUES (?)", completed.workOrderId());
  }

  private static void update(Connection connection, String sql, String argument)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, argument);
      statement.executeUpdate();
    }
  }

  private static void execute(String sql) throws SQLException {
    try (var connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(String what) {
    try (var connection = database.getConnection();
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM " + what)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new AssertionError("Counting " + what + " failed.", e);
    }
  }
}
