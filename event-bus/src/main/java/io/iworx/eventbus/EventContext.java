package io.iworx.eventbus;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.eventbus.spi.LogEntry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The context a handler runs in. */
final class EventContext {
  private EventContext() {}

  /** Work for an event. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /**
   * The event as the cause; its publisher as the caller; user and organization as stored with it.
   */
  static Correlation of(LogEntry entry, Map<String, Object> metadata) {
    return new Correlation(
        correlationId(entry),
        Correlation.accepts(entry.id()) ? entry.id() : null,
        entry.service(),
        Identity.of(
            text(metadata.get(Drafting.CREATED_BY)), text(metadata.get(Drafting.ORGANIZATION_ID))),
        null,
        entry.traceContext());
  }

  /**
   * The event's correlation id; for a row that others wrote without an acceptable one the event's
   * own id, or, when even that is not acceptable, an id made from it: the same at each attempt.
   */
  static String correlationId(LogEntry entry) {
    var id = entry.correlationId();
    if (id != null && Correlation.accepts(id)) {
      return id;
    }
    return Correlation.accepts(entry.id())
        ? entry.id()
        : UUID.nameUUIDFromBytes(entry.id().getBytes(StandardCharsets.UTF_8)).toString();
  }

  private static @Nullable String text(@Nullable Object value) {
    return value instanceof String text && !text.isEmpty() ? text : null;
  }
}
