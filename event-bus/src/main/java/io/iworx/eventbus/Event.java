package io.iworx.eventbus;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as it stands in the log, with its payload decoded.
 *
 * @param id one id, one event
 * @param type its type's name
 * @param service the service that published it
 * @param correlationId the outside request it belongs to; for a row without one, the event's own id
 * @param causationId the hop, event or saga step that caused it; null when unknown
 * @param timestamp when it was published
 * @param key what order is kept by, usually the aggregate's id; null for none
 * @param payload the decoded payload
 * @param json the payload as published, with members the payload type does not know
 * @param expiresAt after this it is not delivered; null for never
 * @param metadata {@code createdBy}, {@code organizationId} and whatever the publisher added
 */
public record Event<T>(
    String id,
    String type,
    String service,
    String correlationId,
    @Nullable String causationId,
    Instant timestamp,
    @Nullable String key,
    T payload,
    String json,
    @Nullable Instant expiresAt,
    Map<String, Object> metadata) {}
