package io.iworx.console;

import io.iworx.eventbus.Event;
import io.iworx.eventbus.ScheduledEvent;
import io.iworx.eventbus.spi.LogEntry;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.util.RawValue;

/** Events as the platform writes them as JSON. */
final class EventJson {
  /** A longer payload is not shown: the bus takes none, but a row inserted by hand may have one. */
  private static final int MAX_SHOWN = 256 * 1024;

  private EventJson() {}

  static Map<String, @Nullable Object> of(LogEntry entry) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("position", entry.position());
    members.put("eventId", entry.id());
    members.put("eventType", entry.type());
    members.put("serviceName", entry.service());
    members.put("correlationId", entry.correlationId());
    members.put("causationId", entry.causationId());
    members.put("timestamp", entry.timestamp().toString());
    members.put("key", entry.key());
    putJson(members, "payload", entry.payload());
    putJson(members, "metadata", entry.metadata());
    return members;
  }

  static Map<String, @Nullable Object> of(Event<?> event) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("eventId", event.id());
    members.put("eventType", event.type());
    members.put("serviceName", event.service());
    members.put("correlationId", event.correlationId());
    members.put("causationId", event.causationId());
    members.put("timestamp", event.timestamp().toString());
    members.put("key", event.key());
    putJson(members, "payload", event.json());
    members.put("metadata", event.metadata());
    return members;
  }

  static Map<String, @Nullable Object> of(ScheduledEvent event) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("eventId", event.id());
    members.put("eventType", event.type());
    members.put("serviceName", event.service());
    members.put("correlationId", event.correlationId());
    members.put("at", event.at().toString());
    members.put("key", event.key());
    putJson(members, "payload", event.json());
    members.put("refused", event.refused());
    return members;
  }

  private static void putJson(Map<String, @Nullable Object> members, String name, String json) {
    if (json.length() <= MAX_SHOWN) {
      members.put(name, new RawValue(json));
    } else {
      members.put(name, null);
      members.put(name + "Characters", json.length());
    }
  }
}
