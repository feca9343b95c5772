package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Uuid7;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event to be published.
 *
 * @param id one id, one event: publishing it twice stores it once; a fresh UUIDv7 by default
 * @param type its type, not a pattern
 * @param payload anything Jackson writes as a JSON object
 * @param key what order is kept by; by default the payload's {@linkplain EventType#keyMember key
 *     member}, also for a standard event published under a type of one's own; else none
 * @param metadata added to {@code createdBy} and {@code organizationId}, which come from the
 *     context in scope unless given here
 * @param correlation the context it is published in; by default the one in scope
 * @param expiresAt when it is no longer worth delivering; null, the default, for never. A
 *     subscription that comes to it later skips it
 */
public record NewEvent<T>(
    String id,
    EventType<T> type,
    T payload,
    @Nullable String key,
    Map<String, ?> metadata,
    @Nullable Correlation correlation,
    @Nullable Instant expiresAt) {

  public static <T> NewEvent<T> of(EventType<T> type, T payload) {
    return new NewEvent<>(Uuid7.next(), type, payload, null, Map.of(), null, null);
  }

  public NewEvent<T> withId(String newId) {
    return new NewEvent<>(newId, type, payload, key, metadata, correlation, expiresAt);
  }

  public NewEvent<T> withKey(String newKey) {
    return new NewEvent<>(id, type, payload, newKey, metadata, correlation, expiresAt);
  }

  public NewEvent<T> withMetadata(Map<String, ?> newMetadata) {
    return new NewEvent<>(id, type, payload, key, newMetadata, correlation, expiresAt);
  }

  public NewEvent<T> withCorrelation(Correlation newCorrelation) {
    return new NewEvent<>(id, type, payload, key, metadata, newCorrelation, expiresAt);
  }

  /** The same, not to be delivered after the given time. */
  public NewEvent<T> withExpiry(Instant newExpiresAt) {
    return new NewEvent<>(id, type, payload, key, metadata, correlation, newExpiresAt);
  }
}
