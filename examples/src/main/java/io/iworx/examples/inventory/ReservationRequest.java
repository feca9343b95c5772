package io.iworx.examples.inventory;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.iworx.examples.http.Check;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code /reserve}.
 *
 * @param items what is wanted; the same item twice counts together
 * @param workOrderId for what
 * @param organizationId whose stock, where the caller may choose
 */
record ReservationRequest(
    List<Reservation.Line> items,
    @JsonProperty("workOrderId") String workOrderId,
    @Nullable String organizationId) {

  ReservationRequest {
    items = Check.list("items", items);
    Check.text("workOrderId", workOrderId);
  }

  /** One line an item, in the order in which items are locked. */
  List<Reservation.Line> lines() {
    Map<UUID, Integer> sums = new TreeMap<>();
    items.forEach(line -> sums.merge(line.itemId(), line.quantity(), Math::addExact));
    return sums.entrySet().stream()
        .map(sum -> new Reservation.Line(sum.getKey(), sum.getValue()))
        .toList();
  }
}
