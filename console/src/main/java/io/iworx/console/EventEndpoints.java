package io.iworx.console;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Reads the event log page by page, waits for what comes next, and publishes. */
final class EventEndpoints {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 500;
  private static final Duration MAX_WAIT = Duration.ofSeconds(30);

  /** How many entries one request looks at in search of matching ones. */
  private static final int MAX_SCAN = 10_000;

  private final EventLog log;
  private final EventBus bus;

  EventEndpoints(EventLog log, EventBus bus) {
    this.log = log;
    this.bus = bus;
  }

  /**
   * {@code after} a position, at most {@code limit} events of a {@code type} or pattern; with
   * {@code wait}, up to so many seconds for the first. {@code next} is where to read on.
   */
  Answer list(HttpServletRequest request, String last) throws InterruptedException {
    var query = Query.of(request, Set.of("after", "limit", "type", "wait"));
    var type = type(query.text("type"));
    var limit = (int) query.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    var after =
        "latest".equals(query.text("after"))
            ? log.head().position()
            : query.number("after", 0, 0, Long.MAX_VALUE);
    var giveUp = System.nanoTime() + query.seconds("wait", MAX_WAIT).toNanos();
    var page = page(after, type, limit);
    while (page.events().isEmpty() && System.nanoTime() < giveUp) {
      log.awaitBeyond(
          Checkpoint.at(page.next()), Duration.ofNanos(Math.max(0, giveUp - System.nanoTime())));
      page = page(page.next(), type, limit);
    }
    return Answer.json(
        Map.of("events", page.events().stream().map(EventJson::of).toList(), "next", page.next()));
  }

  private record Page(List<LogEntry> events, long next) {}

  private Page page(long after, @Nullable EventType<?> type, int limit) {
    var found = new ArrayList<LogEntry>();
    var at = after;
    for (var scanned = 0; scanned < MAX_SCAN; ) {
      var slice = log.read(Checkpoint.at(at), MAX_LIMIT);
      for (var entry : slice.entries()) {
        if (type == null || type.matches(entry.type())) {
          found.add(entry);
          if (found.size() == limit) {
            return new Page(found, entry.position());
          }
        }
      }
      scanned += slice.entries().size();
      at = Math.max(at, slice.upTo().position());
      if (slice.entries().isEmpty()) {
        break;
      }
    }
    return new Page(found, at);
  }

  private static @Nullable EventType<?> type(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      return EventType.matching(text);
    } catch (IllegalArgumentException e) {
      throw Refused.parameter("type", Objects.requireNonNullElse(e.getMessage(), "No event type."));
    }
  }

  /**
   * An event as an administrator writes it.
   *
   * @param eventId null for a fresh one
   * @param at when it is to enter the log; null for now
   */
  private record Written(
      @Nullable String eventId,
      @Nullable String eventType,
      @Nullable ObjectNode payload,
      @Nullable String key,
      @Nullable Map<String, Object> metadata,
      @Nullable Instant at) {}

  /** Publishes one event and answers with it as it stands in the log. */
  Answer publish(HttpServletRequest request, String last) throws IOException {
    Query.of(request, Set.of());
    var written =
        JsonBody.of(
            request,
            Written.class,
            "eventType, payload and, if you like, eventId, key, metadata, at");
    if (written.eventType() == null || written.payload() == null) {
      throw Refused.parameter(
          written.eventType() == null ? "eventType" : "payload", "This member is missing.");
    }
    try {
      var event = newEvent(written, written.eventType(), written.payload());
      return written.at() == null
          ? Answer.json(201, EventJson.of(bus.publish(event)))
          : Answer.json(202, EventJson.of(bus.schedule(event, written.at())));
    } catch (EventConflictException e) {
      throw Refused.of(409, Objects.requireNonNullElse(e.getMessage(), "The event id is taken."));
    } catch (EventException | IllegalArgumentException e) {
      throw Refused.of(400, Objects.requireNonNullElse(e.getMessage(), "This is no event."));
    }
  }

  /** At most {@code limit} events that are to enter the log, the next first. */
  Answer scheduled(HttpServletRequest request, String last) {
    var query = Query.of(request, Set.of("limit"));
    var limit = (int) query.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    return Answer.json(
        Map.of("scheduled", bus.scheduled(limit).stream().map(EventJson::of).toList()));
  }

  /** Takes back the scheduled event the path names. */
  Answer cancel(HttpServletRequest request, String eventId) {
    Query.of(request, Set.of());
    if (!bus.cancel(eventId)) {
      throw Refused.of(
          404, "No event of this id is scheduled: it has entered the log, or never was.");
    }
    return Answer.json(Map.of("eventId", eventId, "cancelled", true));
  }

  private static NewEvent<ObjectNode> newEvent(Written written, String type, ObjectNode payload) {
    var event = NewEvent.of(EventType.of(type, ObjectNode.class), payload);
    if (written.eventId() != null) {
      event = event.withId(written.eventId());
    }
    if (written.key() != null) {
      event = event.withKey(written.key());
    }
    return written.metadata() == null ? event : event.withMetadata(written.metadata());
  }
}
