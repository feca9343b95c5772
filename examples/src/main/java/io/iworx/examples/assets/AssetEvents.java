package io.iworx.examples.assets;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.AssetCreated;
import io.iworx.eventbus.DomainEvents.AssetDeleted;
import io.iworx.eventbus.DomainEvents.AssetHealthScoreUpdated;
import io.iworx.eventbus.DomainEvents.AssetStatusChanged;
import io.iworx.eventbus.DomainEvents.AssetUpdated;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.examples.http.Json;
import io.iworx.examples.resource.ChangedFields;
import io.iworx.examples.resource.Changes;
import java.math.BigDecimal;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the world is told about assets. */
final class AssetEvents implements Changes<Asset> {
  private final EventBus bus;

  AssetEvents(EventBus bus) {
    this.bus = bus;
  }

  @Override
  public void created(Connection connection, Asset asset) {
    publish(
        connection,
        asset,
        DomainEvents.ASSET_CREATED,
        new AssetCreated(
            asset.id().toString(),
            asset.name(),
            asset.assetNumber(),
            asset.type(),
            asset.status(),
            Json.word(asset.criticality())));
  }

  @Override
  public void updated(Connection connection, Asset before, Asset after) {
    var id = after.id().toString();
    var changed = new ArrayList<>(ChangedFields.between(before, after));
    if (changed.remove("status")) {
      var moved = new AssetStatusChanged(id, before.status(), after.status());
      publish(connection, after, DomainEvents.ASSET_STATUS_CHANGED, moved);
    }
    var score = number(after.healthScore());
    if (changed.remove("health_score") && score != null) {
      var scored = new AssetHealthScoreUpdated(id, number(before.healthScore()), score);
      publish(connection, after, DomainEvents.ASSET_HEALTH_SCORE_UPDATED, scored);
    }
    if (!changed.isEmpty()) {
      publish(connection, after, DomainEvents.ASSET_UPDATED, new AssetUpdated(id, changed));
    }
  }

  @Override
  public void deleted(Connection connection, Asset asset) {
    publish(connection, asset, DomainEvents.ASSET_DELETED, new AssetDeleted(asset.id().toString()));
  }

  private <P> void publish(Connection connection, Asset asset, EventType<P> type, P payload) {
    bus.publish(connection, type, payload, Map.of("organizationId", asset.organizationId()));
  }

  private static @Nullable Double number(@Nullable BigDecimal score) {
    return score == null ? null : score.doubleValue();
  }
}
