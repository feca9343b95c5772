package io.iworx.examples.assets;

import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.DomainEvents.WorkOrderCompleted;
import io.iworx.eventbus.Event;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.examples.http.Tenancy;
import io.iworx.examples.storage.Table;
import java.sql.Connection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What was done to assets, written from the events of work orders. */
final class AssetHistory {
  private static final Table<HistoryEntry> TABLE = Table.of("assets.history", HistoryEntry.class);

  private AssetHistory() {}

  /** The newest entries of an asset. */
  static List<HistoryEntry> of(Connection connection, UUID assetId, int limit) {
    return TABLE.select(
        connection,
        "asset_id = :asset ORDER BY id DESC LIMIT :limit",
        query -> query.bind("asset", assetId).bind("limit", limit));
  }

  /**
   * Handles {@code work_order.completed}, exactly once in effect: the entry commits together with
   * the subscription's checkpoint.
   */
  static void write(Event<WorkOrderCompleted> event, Connection connection) {
    TABLE.insert(
        connection,
        new HistoryEntry(
            UUID.fromString(Uuid7.next()),
            known("an organization", event, Tenancy.identity().organizationId()),
            UUID.fromString(known("an asset", event, event.payload().assetId())),
            event.id(),
            event.type(),
            event.payload().workOrderId(),
            event.correlationId(),
            event.timestamp()));
  }

  /** Trying again would not make it known: the event is set aside at once. */
  private static String known(String what, Event<?> event, @Nullable String value) {
    if (value == null) {
      throw new PermanentFailure("Event " + event.id() + " does not name " + what + ".");
    }
    return value;
  }
}
