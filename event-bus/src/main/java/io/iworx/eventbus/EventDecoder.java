package io.iworx.eventbus;

import io.iworx.eventbus.spi.LogEntry;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads log entries as the types a subscription asked for. */
final class EventDecoder<T> {
  private final List<EventType<? extends T>> types;
  private final SharedPayloads payloads;

  /** A type by its full name goes before a pattern that covers it. */
  EventDecoder(List<? extends EventType<? extends T>> types, SharedPayloads payloads) {
    this.payloads = payloads;
    this.types =
        Stream.concat(
                types.stream().filter(type -> !type.isPattern()),
                types.stream().filter(EventType::isPattern))
            .<EventType<? extends T>>map(type -> type)
            .toList();
  }

  List<String> patterns() {
    return types.stream().map(EventType::name).distinct().toList();
  }

  boolean matches(LogEntry entry) {
    return typeOf(entry) != null;
  }

  /**
   * @throws PermanentFailure when payload or metadata cannot be read
   */
  Event<T> decode(LogEntry entry) {
    var type = Objects.requireNonNull(typeOf(entry), "only what matches is decoded");
    try {
      return of(entry, payloads.read(entry.position(), entry.payload(), type.payloadType()));
    } catch (JacksonException e) {
      throw new PermanentFailure(
          "The payload of "
              + entry.type()
              + " event "
              + entry.id()
              + " cannot be read as "
              + type.payloadType().getSimpleName()
              + ": "
              + e.getOriginalMessage(),
          e);
    }
  }

  static <T> Event<T> of(LogEntry entry, T payload) {
    return new Event<>(
        entry.id(),
        entry.type(),
        entry.service(),
        EventContext.correlationId(entry),
        entry.causationId(),
        entry.timestamp(),
        entry.key(),
        payload,
        entry.payload(),
        entry.expiresAt(),
        metadata(entry));
  }

  /** Other writers may have stored anything: what is no object counts as empty. */
  static Map<String, Object> metadata(LogEntry entry) {
    if (entry.metadata().equals(Drafting.EMPTY)) {
      return Map.of();
    }
    try {
      var metadata = Payloads.decodeObject(entry.metadata());
      return metadata == null ? Map.of() : metadata;
    } catch (JacksonException e) {
      return Map.of();
    }
  }

  private @Nullable EventType<? extends T> typeOf(LogEntry entry) {
    for (var type : types) {
      if (type.matches(entry.type())) {
        return type;
      }
    }
    return null;
  }
}
