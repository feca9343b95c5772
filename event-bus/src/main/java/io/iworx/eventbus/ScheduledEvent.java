package io.iworx.eventbus;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event that is to enter the log at a time to come.
 *
 * @param id one id, one event: the same when it is in the log
 * @param type its type's name
 * @param service the service that scheduled it
 * @param correlationId the outside request it belongs to
 * @param key what order is kept by; null for none
 * @param at when it enters the log; it is never there earlier, by the log's own time
 * @param json the payload
 * @param refused why it did not enter the log though its time has come: another event was published
 *     under its id meanwhile. Null for all others. It stays until it is cancelled
 */
public record ScheduledEvent(
    String id,
    String type,
    String service,
    String correlationId,
    @Nullable String key,
    Instant at,
    String json,
    @Nullable String refused) {}
