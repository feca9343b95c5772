package io.iworx.eventbus.spi;

import io.iworx.correlation.Correlation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way into the log, checked and encoded.
 *
 * @param id one id, one event
 * @param type the type's name
 * @param service the service that publishes it
 * @param correlation the context it is published in: correlation id, causation id, trace context
 * @param key what order is kept by; null for none
 * @param payload a JSON object
 * @param metadata a JSON object
 * @param expiresAt when it is no longer worth delivering, in whole microseconds; null for never
 */
public record Draft(
    String id,
    String type,
    String service,
    Correlation correlation,
    @Nullable String key,
    String payload,
    String metadata,
    @Nullable Instant expiresAt) {

  /** A draft that never expires. */
  public Draft(
      String id,
      String type,
      String service,
      Correlation correlation,
      @Nullable String key,
      String payload,
      String metadata) {
    this(id, type, service, correlation, key, payload, metadata, null);
  }
}
