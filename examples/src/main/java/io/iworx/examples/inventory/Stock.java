package io.iworx.examples.inventory;

import io.iworx.examples.inventory.Reservation.Line;
import io.iworx.examples.storage.Table;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** The items, and how they change when stock is reserved or given back. */
final class Stock {
  static final Table<Item> ITEMS = Table.of("inventory.items", Item.class);

  private final StockEvents events;

  Stock(StockEvents events) {
    this.events = events;
  }

  /** Keeps every line of the reservation, or nothing when the answer names what is missing. */
  List<Missing> keep(Connection connection, Reservation reservation) {
    var items = lock(connection, reservation);
    var missing =
        reservation.items().stream()
            .map(line -> Missing.of(line, items.get(line.itemId())))
            .filter(it -> it.available() < it.requested())
            .toList();
    if (missing.isEmpty()) {
      change(connection, reservation, items, 1);
    }
    return missing;
  }

  /** Gives every line back; items that were deleted since are passed over. */
  void giveBack(Connection connection, Reservation reservation) {
    change(connection, reservation, lock(connection, reservation), -1);
  }

  private void change(
      Connection connection, Reservation reservation, Map<UUID, Item> items, int sign) {
    for (var line : reservation.items()) {
      var before = items.get(line.itemId());
      if (before != null) {
        var after = ITEMS.update(connection, before.reserve(sign * line.quantity()));
        events.stockChanged(connection, before, after, reservation.workOrderId());
      }
    }
  }

  /** Always in the order of their ids: those who want the same items wait, and never deadlock. */
  private static Map<UUID, Item> lock(Connection connection, Reservation reservation) {
    var ids = reservation.items().stream().map(Line::itemId).toArray(UUID[]::new);
    return ITEMS
        .select(
            connection,
            "organization_id = :owner AND id = ANY (:ids) ORDER BY id FOR UPDATE",
            query -> query.bind("owner", reservation.organizationId()).bind("ids", ids))
        .stream()
        .collect(Collectors.toMap(Item::id, item -> item));
  }
}
