package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.spi.Draft;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks and encodes an event before it goes to the log.
 *
 * @param service the service that publishes
 * @param maxPayloadBytes the largest payload
 */
record Drafting(String service, int maxPayloadBytes) {
  static final int MAX_METADATA_BYTES = 16 * 1024;
  static final int MAX_KEY_LENGTH = 512;
  static final String CREATED_BY = "createdBy";
  static final String ORGANIZATION_ID = "organizationId";

  /**
   * @throws InvalidEventException when it cannot be published as it is
   */
  Draft draft(NewEvent<?> event) {
    requirePublishable(event);
    var what = "The payload of " + event.type().name() + " event " + event.id();
    var payload = Payloads.encode(what, event.payload(), maxPayloadBytes);
    var correlation = correlationOf(event);
    return new Draft(
        event.id(),
        event.type().name(),
        service,
        correlation,
        key(event, payload),
        payload.json(),
        metadata(event, correlation),
        micros(event.expiresAt()));
  }

  /** As precise as every log can keep it. */
  private static @Nullable Instant micros(@Nullable Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
  }

  private static void requirePublishable(NewEvent<?> event) {
    if (event.type().isPattern()) {
      throw new InvalidEventException(
          "An event needs a type of its own; "
              + event.type().name()
              + " is a pattern, which can only be subscribed to.");
    }
    if (!Correlation.accepts(event.id())) {
      throw new InvalidEventException(
          "The id of a "
              + event.type().name()
              + " event must be 1 to 128 characters of A-Z a-z 0-9 . _ : - and is not.");
    }
  }

  private static Correlation correlationOf(NewEvent<?> event) {
    var given = event.correlation();
    return given == null ? Correlation.currentOrFresh() : given;
  }

  private static @Nullable String key(NewEvent<?> event, Payloads.Encoded payload) {
    var key = event.key();
    if (key == null) {
      var member = keyMember(event.type());
      key = member == null ? null : payload.member(member);
    }
    if (key != null) {
      var what = "The key of " + event.type().name() + " event " + event.id();
      if (key.length() > MAX_KEY_LENGTH) {
        throw new InvalidEventException(
            what + " has " + key.length() + " characters, the limit is " + MAX_KEY_LENGTH + ".");
      }
      StorableText.requireStorable(what, key);
    }
    return key;
  }

  /** A standard event has one order whoever publishes it, and under whatever Java type. */
  private static @Nullable String keyMember(EventType<?> type) {
    return type.keyMember() == null
        ? DomainEvents.named(type.name()).map(EventType::keyMember).orElse(null)
        : type.keyMember();
  }

  private static String metadata(NewEvent<?> event, Correlation correlation) {
    var metadata = new LinkedHashMap<String, @Nullable Object>();
    var identity = correlation.identity();
    if (identity.userId() != null) {
      metadata.put(CREATED_BY, identity.userId());
    }
    if (identity.organizationId() != null) {
      metadata.put(ORGANIZATION_ID, identity.organizationId());
    }
    metadata.putAll(event.metadata());
    var what = "The metadata of " + event.type().name() + " event " + event.id();
    return Payloads.encode(what, metadata, MAX_METADATA_BYTES).json();
  }
}
