package io.iworx.examples.workorders;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.WorkOrderAssigned;
import io.iworx.eventbus.DomainEvents.WorkOrderCancelled;
import io.iworx.eventbus.DomainEvents.WorkOrderCompleted;
import io.iworx.eventbus.DomainEvents.WorkOrderCreated;
import io.iworx.eventbus.DomainEvents.WorkOrderStarted;
import io.iworx.eventbus.DomainEvents.WorkOrderUpdated;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Json;
import io.iworx.examples.resource.ChangedFields;
import io.iworx.examples.resource.Changes;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the world is told about work orders, in the transaction that makes it true. */
final class WorkOrderEvents implements Changes<WorkOrder> {
  private final EventBus bus;

  WorkOrderEvents(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public void created(Connection connection, WorkOrder order) {
    publish(
        connection,
        order,
        DomainEvents.WORK_ORDER_CREATED,
        new WorkOrderCreated(
            id(order),
            order.assetId().toString(),
            Json.word(order.priority()),
            Json.wordOrNull(order.scheduledDate())));
  }

  @Override
  public void updated(Connection connection, WorkOrder before, WorkOrder after) {
    var changed = new ArrayList<>(ChangedFields.between(before, after));
    if (changed.remove("status")) {
      statusChanged(connection, before, after);
    }
    if (changed.remove("assigned_technician") && after.assignedTechnician() != null) {
      var assigned =
          new WorkOrderAssigned(
              id(after),
              after.assignedTechnician().toString(),
              Json.wordOrNull(before.assignedTechnician()));
      publish(connection, after, DomainEvents.WORK_ORDER_ASSIGNED, assigned);
    }
    if (!changed.isEmpty()) {
      var updated = new WorkOrderUpdated(id(after), after.assetId().toString(), changed);
      publish(connection, after, DomainEvents.WORK_ORDER_UPDATED, updated);
    }
  }

  /** One that was still open is given up by deleting it. */
  @Override
  public void deleted(Connection connection, WorkOrder order) {
    if (order.isOpen()) {
      cancelled(connection, order, "deleted");
    }
  }

  /** It never came about: opening it failed. */
  void withdrawn(Connection connection, WorkOrder order) {
    cancelled(connection, order, "could not be opened");
  }

  private void statusChanged(Connection connection, WorkOrder before, WorkOrder after) {
    if (before.status() == WorkOrder.Status.CANCELLED) {
      throw HttpError.conflict(
          "A cancelled work order stays so: its parts are given back", Map.of());
    }
    var id = id(after);
    var asset = after.assetId().toString();
    var was = Json.word(before.status());
    var is = Json.word(after.status());
    switch (after.status()) {
      case SCHEDULED ->
          publish(
              connection,
              after,
              DomainEvents.WORK_ORDER_UPDATED,
              new WorkOrderUpdated(id, asset, List.of("status")));
      case IN_PROGRESS ->
          publish(
              connection,
              after,
              DomainEvents.WORK_ORDER_STARTED,
              new WorkOrderStarted(id, asset, was, is));
      case COMPLETED ->
          publish(
              connection,
              after,
              DomainEvents.WORK_ORDER_COMPLETED,
              new WorkOrderCompleted(id, asset, was, is));
      case CANCELLED ->
          publish(
              connection,
              after,
              DomainEvents.WORK_ORDER_CANCELLED,
              new WorkOrderCancelled(id, asset, was, is, null));
    }
  }

  private void cancelled(Connection connection, WorkOrder order, String reason) {
    publish(
        connection,
        order,
        DomainEvents.WORK_ORDER_CANCELLED,
        new WorkOrderCancelled(
            id(order),
            order.assetId().toString(),
            Json.word(order.status()),
            Json.word(WorkOrder.Status.CANCELLED),
            reason));
  }

  private <P> void publish(Connection connection, WorkOrder order, EventType<P> type, P payload) {
    bus.publish(connection, type, payload, Map.of("organizationId", order.organizationId()));
  }

  private static String id(WorkOrder order) {
    return order.id().toString();
  }
}
