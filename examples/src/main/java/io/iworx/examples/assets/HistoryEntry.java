package io.iworx.examples.assets;

import java.time.Instant;
import java.util.UUID;

/**
 * Something that was done to an asset.
 *
 * @param eventId the event that said so
 * @param correlationId the request that set it off
 */
public record HistoryEntry(
    UUID id,
    String organizationId,
    UUID assetId,
    String eventId,
    String eventType,
    String workOrderId,
    String correlationId,
    Instant occurredAt) {}
