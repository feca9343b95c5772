package io.iworx.examples.inventory;

import io.iworx.examples.http.Check;
import java.util.List;
import java.util.UUID;

/**
 * Stock kept for a work order.
 *
 * @param idempotencyKey one key, one reservation, within an organization
 * @param items what is kept, one line an item
 */
public record Reservation(
    UUID id,
    String organizationId,
    String idempotencyKey,
    String workOrderId,
    List<Line> items,
    State state) {

  Reservation released() {
    return new Reservation(id, organizationId, idempotencyKey, workOrderId, items, State.RELEASED);
  }

  /** Whether the stock is still kept. */
  public enum State {
    RESERVED,
    RELEASED
  }

  /** So many of one item. */
  public record Line(UUID itemId, int quantity) {
    private static final int MOST = 1_000_000;

    public Line {
      Check.required("item_id", itemId);
      Check.between("quantity", 1, MOST, quantity);
    }
  }
}
