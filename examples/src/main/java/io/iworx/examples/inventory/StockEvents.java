package io.iworx.examples.inventory;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.InventoryItemCreated;
import io.iworx.eventbus.DomainEvents.InventoryItemUpdated;
import io.iworx.eventbus.DomainEvents.InventoryLowStockAlert;
import io.iworx.eventbus.DomainEvents.InventoryStockChanged;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.examples.resource.ChangedFields;
import io.iworx.examples.resource.Changes;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the world is told about items and their stock. */
final class StockEvents implements Changes<Item> {
  private static final List<String> STOCK = List.of("quantity", "reserved_stock");

  private final EventBus bus;

  StockEvents(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public void created(Connection connection, Item item) {
    publish(
        connection,
        item,
        DomainEvents.INVENTORY_ITEM_CREATED,
        new InventoryItemCreated(id(item), item.name(), item.sku(), item.quantity()));
  }

  @Override
  public void updated(Connection connection, Item before, Item after) {
    var changed = new ArrayList<>(ChangedFields.between(before, after));
    if (changed.removeAll(STOCK)) {
      stockChanged(connection, before, after, null);
    } else {
      alertIfLow(connection, before, after);
    }
    if (!changed.isEmpty()) {
      var updated = new InventoryItemUpdated(id(after), changed);
      publish(connection, after, DomainEvents.INVENTORY_ITEM_UPDATED, updated);
    }
  }

  /** The stock changed, on behalf of a work order or by hand. */
  void stockChanged(Connection connection, Item before, Item after, @Nullable String workOrderId) {
    publish(
        connection,
        after,
        DomainEvents.INVENTORY_STOCK_CHANGED,
        new InventoryStockChanged(
            id(after), before.quantity(), after.quantity(), after.reservedStock(), workOrderId));
    alertIfLow(connection, before, after);
  }

  /** Said once, when the stock falls: not again while it stays low. */
  private void alertIfLow(Connection connection, Item before, Item after) {
    if (after.isLow() && !before.isLow()) {
      publish(
          connection,
          after,
          DomainEvents.INVENTORY_LOW_STOCK_ALERT,
          new InventoryLowStockAlert(
              id(after), after.quantity(), after.reservedStock(), after.reorderPoint()));
    }
  }

  private <P> void publish(Connection connection, Item item, EventType<P> type, P payload) {
    bus.publish(connection, type, payload, Map.of("organizationId", item.organizationId()));
  }

  private static String id(Item item) {
    return item.id().toString();
  }
}
