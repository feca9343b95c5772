package io.iworx.examples.guide;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationLog;
import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.WorkOrderCompleted;
import io.iworx.eventbus.DomainEvents.WorkOrderCreated;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.Subscription;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.Sagas;
import io.iworx.serviceclient.Failure;
import io.iworx.serviceclient.ServiceClient;
import io.iworx.serviceclient.Success;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the documents quote. Each method is one snippet with as little around it as possible. */
final class Guide {
  private static final Logger log = LoggerFactory.getLogger(Guide.class);

  record Asset(String id, String name) {}

  record NewWorkOrder(String assetId, String itemId, int quantity) {}

  record WorkOrder(String id, String assetId, String itemId, int quantity) {}

  record Enriched(WorkOrder workOrder, @Nullable Asset asset) {}

  record InspectionDue(String assetId) {}

  /** Parts of a service that the snippets only mention. */
  interface WorkOrders {
    WorkOrder create(Connection connection, NewWorkOrder order) throws SQLException;

    void delete(Connection connection, String id) throws SQLException;

    void complete(Connection connection, String id) throws SQLException;
  }

  interface Stock {
    void reserve(WorkOrder order);

    void release(WorkOrder order);
  }

  interface History {
    void add(Connection connection, WorkOrderCompleted completed) throws SQLException;
  }

  private Guide() {}

  static void degradeInALoop(ServiceClient client, String assetId, List<Asset> enriched) {
    switch (client.get("/assets/" + assetId, Asset.class)) {
      case Success<Asset>(var asset, var meta) -> enriched.add(asset);
      case Failure<Asset> failure -> log.warn("asset unavailable: {}", failure);
    }
  }

  static Enriched degrade(ServiceClient client, WorkOrder order) {
    return switch (client.get("/assets/" + order.assetId(), Asset.class)) {
      case Success<Asset>(var asset, var meta) -> new Enriched(order, asset);
      case Failure<Asset> failure -> {
        log.warn("work order without its asset: {}", failure);
        yield new Enriched(order, null);
      }
    };
  }

  static String startWithoutARequest(EventBus bus, List<String> dueAssets) {
    var night = Correlation.fresh();
    night.run(() -> dueAssets.forEach(id -> bus.publish(INSPECTION_DUE, new InspectionDue(id))));
    return night.correlationId();
  }

  static Future<Enriched> acrossThreads(
      ExecutorService threads, ServiceClient client, WorkOrder order) {
    var context = Correlation.currentOrFresh();
    return threads.submit(context.wrap(() -> degrade(client, order)));
  }

  static void publishOnChange(
      DataSource database, EventBus bus, WorkOrders workOrders, WorkOrder order)
      throws SQLException {
    try (var connection = database.getConnection()) {
      connection.setAutoCommit(false);
      workOrders.complete(connection, order.id());
      bus.publish(
          connection,
          DomainEvents.WORK_ORDER_COMPLETED,
          new WorkOrderCompleted(order.id(), order.assetId(), "in_progress", "completed"));
      connection.commit();
    }
  }

  static Subscription subscribeToWhatYouNeed(EventBus bus, History history) {
    return bus.subscribeTransactional(
        "asset-history",
        List.of(DomainEvents.WORK_ORDER_COMPLETED),
        (event, connection) -> history.add(connection, event.payload()));
  }

  static final EventType<InspectionDue> INSPECTION_DUE =
      EventType.of("inspection.due", InspectionDue.class);

  static Subscription handleInADatabaseOfItsOwn(EventBus bus, DataSource own, History history) {
    return bus.subscribe(
        "asset-history",
        List.of(DomainEvents.WORK_ORDER_COMPLETED),
        (event, delivery) -> {
          try (var connection = own.getConnection()) {
            connection.setAutoCommit(false);
            delivery.once(connection, it -> history.add(it, event.payload()));
            connection.commit();
          }
        });
  }

  static Subscription subscribeToAPattern(EventBus bus, List<String> seen) {
    return bus.subscribe(
        "inspection-audit",
        List.of(EventType.matching("inspection.*")),
        (event, delivery) -> seen.add(event.type() + " " + event.payload().get("assetId")));
  }

  static void logWithContext(WorkOrder order) {
    var log = CorrelationLog.of("work-order-service");
    log.info("work order opened", Map.of("workOrderId", order.id(), "assetId", order.assetId()));
  }

  static SagaDefinition<NewWorkOrder, WorkOrder> saga(
      Sagas sagas, WorkOrders workOrders, Stock inventory) {
    var open =
        sagas.define(
            "open-work-order",
            1,
            NewWorkOrder.class,
            WorkOrder.class,
            (saga, order) -> {
              var created =
                  saga.step(
                      "create",
                      connection -> workOrders.create(connection, order),
                      (connection, it) -> workOrders.delete(connection, it.id()));
              saga.step(
                  "reserve-parts",
                  () -> inventory.reserve(created),
                  () -> inventory.release(created));
              saga.publish(
                  DomainEvents.WORK_ORDER_CREATED,
                  new WorkOrderCreated(created.id(), created.assetId(), "high", null));
              return created;
            });
    return open;
  }

  static List<Enriched> requestResponse(ServiceClient client, List<WorkOrder> orders) {
    var rows = new ArrayList<Enriched>();
    orders.forEach(order -> rows.add(degrade(client, order)));
    return rows;
  }
}
