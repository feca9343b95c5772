package io.iworx.sagas;

import io.iworx.eventbus.Event;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An event as it is kept for sagas that wait for it, and recorded by them.
 *
 * @param payload no text, so that whoever shows a record finds the secrets in it
 */
record AwaitedEvent(
    String id,
    String type,
    String service,
    String correlationId,
    @Nullable String causationId,
    Instant timestamp,
    @Nullable String key,
    JsonNode payload,
    Map<String, Object> metadata) {

  static AwaitedEvent of(Event<?> event, JsonNode payload) {
    return new AwaitedEvent(
        event.id(),
        event.type(),
        event.service(),
        event.correlationId(),
        event.causationId(),
        event.timestamp(),
        event.key(),
        payload,
        event.metadata());
  }

  <T> Event<T> with(T decoded) {
    return new Event<>(
        id,
        type,
        service,
        correlationId,
        causationId,
        timestamp,
        key,
        decoded,
        payload.toString(),
        null,
        metadata);
  }
}
