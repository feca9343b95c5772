package io.iworx.examples.inventory;

import io.iworx.examples.inventory.Reservation.Line;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How much of an item was asked for, and how much there is.
 *
 * @param available how many are to be had; 0 also for an item nobody knows
 */
record Missing(UUID itemId, int requested, int available) {

  static Missing of(Line line, @Nullable Item item) {
    return new Missing(line.itemId(), line.quantity(), item == null ? 0 : item.available());
  }
}
