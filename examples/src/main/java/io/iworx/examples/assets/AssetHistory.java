package io.iworx.examples.assets;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.DomainEvents.WorkOrderCompleted;
import io.iworx.eventbus.Event;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.examples.http.Tenancy;
import io.iworx.examples.storage.Table;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

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
   * the subscription's checkpoint. It belongs to whom the asset belongs to: services that are not
   * moved yet write events that name no organization.
   */
  static void write(Event<WorkOrderCompleted> event, Connection connection) {
    var assetId = assetOf(event);
    TABLE.insert(
        connection,
        new HistoryEntry(
            UUID.fromString(Uuid7.next()),
            ownerOf(assetId, event, connection),
            assetId,
            event.id(),
            event.type(),
            event.payload().workOrderId(),
            event.correlationId(),
            event.timestamp()));
  }

  private static UUID assetOf(Event<WorkOrderCompleted> event) {
    var assetId = event.payload().assetId();
    try {
      return UUID.fromString(assetId == null ? "" : assetId);
    } catch (IllegalArgumentException e) {
      throw permanent("Event " + event.id() + " names no asset: " + assetId);
    }
  }

  private static String ownerOf(UUID assetId, Event<?> event, Connection connection) {
    var publisher = Tenancy.identity();
    var everywhere = new Identity(null, null, true);
    return Correlation.currentOrFresh()
        .withIdentity(everywhere)
        .call(() -> Assets.TABLE.find(connection, assetId))
        .map(Asset::organizationId)
        .or(() -> Optional.ofNullable(publisher.organizationId()))
        .orElseThrow(
            () ->
                permanent(
                    "Event " + event.id() + " is about asset " + assetId + ", which there is not"));
  }

  /** Trying again would not make it known: the event is set aside at once. */
  private static PermanentFailure permanent(String reason) {
    return new PermanentFailure(reason + ".");
  }
}
