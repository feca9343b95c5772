package io.iworx.examples.inventory;

import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.DomainEvents.WorkOrderCancelled;
import io.iworx.eventbus.Event;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Tenancy;
import io.iworx.examples.inventory.Reservation.Line;
import io.iworx.examples.inventory.Reservation.State;
import io.iworx.examples.storage.Table;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Reservations, one for each idempotency key. The key's row and the stock change in one
 * transaction, so a request that comes twice, or after it was undone, takes nothing.
 */
final class Reservations {
  private static final Table<Reservation> TABLE =
      Table.of("inventory.reservations", Reservation.class);

  private final Stock stock;

  Reservations(Stock stock) {
    this.stock = stock;
  }

  /** Reserves everything or nothing; for a known key, answers what it did the first time. */
  Reservation reserve(
      Connection connection, String organization, String key, ReservationRequest request) {
    var wanted =
        new Reservation(
            UUID.fromString(Uuid7.next()),
            organization,
            key,
            request.workOrderId(),
            request.lines(),
            State.RESERVED);
    if (!TABLE.insertIfAbsent(connection, wanted)) {
      return again(wanted, withKey(connection, organization, key));
    }
    var missing = stock.keep(connection, wanted);
    if (!missing.isEmpty()) {
      throw HttpError.conflict("Parts are missing", Map.of("missing", missing)).answering(key);
    }
    return wanted;
  }

  private static Reservation again(Reservation wanted, Reservation first) {
    if (first.state() == State.RELEASED) {
      throw HttpError.conflict("The reservation was released before", Map.of())
          .answering(wanted.idempotencyKey());
    }
    if (!first.items().equals(wanted.items())) {
      throw HttpError.conflict(
          "The idempotency key stands for another reservation", Map.of("reservation", first));
    }
    return first;
  }

  /**
   * Undoes what the key reserved. Where that never happened, the key is kept so that a late request
   * takes nothing.
   */
  List<Line> undo(Connection connection, String organization, String key, String workOrderId) {
    return TABLE.insertIfAbsent(connection, never(organization, key, workOrderId))
        ? List.of()
        : release(connection, List.of(withKey(connection, organization, key)));
  }

  /**
   * Keeps the key of a request that was refused, so that an earlier request with it, still on its
   * way, takes nothing when it comes.
   *
   * @return what an earlier one did before that
   */
  Optional<Reservation> refuse(
      Connection connection, String organization, String key, String workOrderId) {
    return TABLE.insertIfAbsent(connection, never(organization, key, workOrderId))
        ? Optional.empty()
        : Optional.of(withKey(connection, organization, key))
            .filter(it -> it.state() == State.RESERVED);
  }

  private static Reservation never(String organization, String key, String workOrderId) {
    return new Reservation(
        UUID.fromString(Uuid7.next()), organization, key, workOrderId, List.of(), State.RELEASED);
  }

  /** Gives back all that is kept for a work order. */
  List<Line> release(Connection connection, String organization, String workOrderId) {
    return release(
        connection,
        TABLE.select(
            connection,
            "organization_id = :owner AND work_order_id = :work_order ORDER BY id FOR UPDATE",
            query -> query.bind("owner", organization).bind("work_order", workOrderId)));
  }

  /** Handles {@code work_order.cancelled}: the event says whose stock it is. */
  void releaseCancelled(Event<WorkOrderCancelled> event, Connection connection) {
    var organization = Tenancy.identity().organizationId();
    if (organization != null) {
      release(connection, organization, event.payload().workOrderId());
    }
  }

  private List<Line> release(Connection connection, List<Reservation> found) {
    var kept = found.stream().filter(it -> it.state() == State.RESERVED).toList();
    for (var reservation : kept) {
      stock.giveBack(connection, TABLE.update(connection, reservation.released()));
    }
    return kept.stream().flatMap(it -> it.items().stream()).toList();
  }

  private static Reservation withKey(Connection connection, String organization, String key) {
    return TABLE
        .select(
            connection,
            "organization_id = :owner AND idempotency_key = :key FOR UPDATE",
            query -> query.bind("owner", organization).bind("key", key))
        .getFirst();
  }
}
