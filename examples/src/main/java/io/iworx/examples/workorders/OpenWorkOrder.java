package io.iworx.examples.workorders;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.ItemQuantity;
import io.iworx.eventbus.DomainEvents.WorkOrderAssigned;
import io.iworx.eventbus.DomainEvents.WorkOrderInventoryReserved;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.Sagas;
import java.sql.Connection;
import java.util.Map;

/**
 * Opens a work order: its row here, its parts in the inventory service, its technician in the
 * people service, and word of both; all of it or nothing, whatever crashes in between.
 */
final class OpenWorkOrder {
  private final WorkOrderEvents events;
  private final Parts parts;
  private final Technicians technicians;

  OpenWorkOrder(WorkOrderEvents events, Parts parts, Technicians technicians) {
    this.events = events;
    this.parts = parts;
    this.technicians = technicians;
  }

  SagaDefinition<WorkOrder, WorkOrder> define(Sagas sagas) {
    return sagas.define("open-work-order", 1, WorkOrder.class, WorkOrder.class, this::open);
  }

  private WorkOrder open(Saga saga, WorkOrder order) {
    // Row, event and the saga's record: one commit.
    saga.step(
        "create",
        connection -> create(connection, order),
        connection -> withdraw(connection, order));
    if (!order.requiredParts().isEmpty()) {
      // A call, repeated with the same idempotency key until its outcome is known.
      saga.step("reserve-parts", () -> parts.reserve(order), () -> parts.release(order));
      saga.publish(
          DomainEvents.WORK_ORDER_INVENTORY_RESERVED,
          reserved(order),
          Map.of("organizationId", order.organizationId()));
    }
    var technician = order.assignedTechnician();
    if (technician != null) {
      saga.step(
          "assign-technician",
          () -> technicians.assign(order, technician),
          () -> technicians.withdraw(order));
      saga.publish(
          DomainEvents.WORK_ORDER_ASSIGNED,
          new WorkOrderAssigned(order.id().toString(), technician.toString(), null),
          Map.of("organizationId", order.organizationId()));
    }
    return order;
  }

  private void create(Connection connection, WorkOrder order) {
    WorkOrders.TABLE.insert(connection, order);
    events.created(connection, order);
  }

  private void withdraw(Connection connection, WorkOrder order) {
    WorkOrders.TABLE.delete(connection, order.id());
    events.withdrawn(connection, order);
  }

  private static WorkOrderInventoryReserved reserved(WorkOrder order) {
    return new WorkOrderInventoryReserved(
        order.id().toString(),
        order.requiredParts().stream()
            .map(part -> new ItemQuantity(part.itemId().toString(), part.quantity()))
            .toList());
  }
}
