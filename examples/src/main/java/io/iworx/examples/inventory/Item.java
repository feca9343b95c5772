package io.iworx.examples.inventory;

import io.iworx.examples.http.Check;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.RowShape;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something kept in stock.
 *
 * @param quantity how many there are
 * @param reservedStock how many of them are kept for work orders; only reservations change it
 * @param reorderPoint when so few are available, more must be ordered
 */
public record Item(
    UUID id,
    String organizationId,
    String name,
    @Nullable String sku,
    int quantity,
    int reservedStock,
    int reorderPoint) {

  static final RowShape<Item> SHAPE =
      RowShape.of(Item.class, Map.of("quantity", 0, "reserved_stock", 0, "reorder_point", 0))
          .withOurs("reserved_stock");

  private static final int MOST = 1_000_000_000;

  public Item {
    Check.text("name", name);
    Check.optionalText("sku", sku);
    Check.between("quantity", 0, MOST, quantity);
    Check.between("reorder_point", 0, MOST, reorderPoint);
    if (reservedStock < 0 || reservedStock > quantity) {
      throw HttpError.badField("quantity", "must cover the " + reservedStock + " reserved");
    }
  }

  /** How many can still be reserved. */
  int available() {
    return quantity - reservedStock;
  }

  boolean isLow() {
    return available() <= reorderPoint;
  }

  /** The item with more of it reserved, or less when {@code more} is negative. */
  Item reserve(int more) {
    return new Item(id, organizationId, name, sku, quantity, reservedStock + more, reorderPoint);
  }
}
