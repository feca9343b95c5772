package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.spi.Draft;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
  static final String EMPTY = "{}";
  static final String CREATED_BY = "createdBy";
  static final String ORGANIZATION_ID = "organizationId";

  /**
   * Checks and encodes events that go together.
   *
   * @throws InvalidEventException when one cannot be published as it is, or they are too many
   */
  List<Draft> drafts(List<? extends NewEvent<?>> events) {
    if (events.size() > EventBusOptions.MAX_EVENTS_AT_ONCE) {
      throw new InvalidEventException(
          events.size()
              + " events are too many to publish at once, the limit is "
              + EventBusOptions.MAX_EVENTS_AT_ONCE
              + "; publish them in several calls.");
    }
    var drafts = new ArrayList<Draft>(events.size());
    var characters = 0;
    for (var event : events) {
      var draft = draft(event);
      characters += draft.payload().length() + draft.metadata().length();
      if (characters > EventBusOptions.MAX_CHARACTERS_AT_ONCE) {
        throw new InvalidEventException(
            "The events are too large to publish at once, the limit is "
                + EventBusOptions.MAX_CHARACTERS_AT_ONCE
                + " characters in all; publish them in several calls.");
      }
      drafts.add(draft);
    }
    return drafts;
  }

  /**
   * @throws InvalidEventException when it cannot be published as it is
   */
  Draft draft(NewEvent<?> event) {
    requirePublishable(event);
    var what = "The payload of " + event.type().name() + " event " + event.id();
    var payload = Payloads.encode(what, event.payload(), maxPayloadBytes, keyMember(event.type()));
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
      key = payload.member();
    }
    if (key != null) {
      var what = "The key of " + event.type().name() + " event " + event.id();
      if (key.length() > MAX_KEY_LENGTH) {
        throw new InvalidEventException(
            what + " has " + key.length() + " characters, the limit is " + MAX_KEY_LENGTH + ".");
      }
      var _ = StorableText.requireStorable(what, key);
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
    if (metadata.isEmpty()) {
      return EMPTY;
    }
    var what = "The metadata of " + event.type().name() + " event " + event.id();
    return Payloads.encode(what, metadata, MAX_METADATA_BYTES, null).json();
  }
}
