package io.iworx.testing;

import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.ScheduledEvent;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.Schedule;
import java.sql.Connection;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Events to come. They enter the log when somebody looks at it and their time has come. */
final class InMemorySchedule implements Schedule {
  private record Scheduled(Draft draft, ScheduledEvent event) {}

  private static final Comparator<Scheduled> NEXT_FIRST =
      Comparator.comparing((Scheduled it) -> it.event().at()).thenComparing(it -> it.event().id());

  private final InMemoryEvents events;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Scheduled> byId = new HashMap<>();

  InMemorySchedule(InMemoryEvents events, Clock clock) {
    this.events = events;
    this.clock = clock;
  }

  @Override
  public ScheduledEvent add(Draft draft, Instant at) {
    lock.lock();
    try {
      var event = event(draft, at.truncatedTo(ChronoUnit.MICROS), null);
      if (events.holds(draft)) {
        return event;
      }
      var earlier = byId.putIfAbsent(draft.id(), new Scheduled(draft, event));
      if (earlier != null && !InMemoryEvents.same(draft, earlier.draft())) {
        throw new EventConflictException(draft.id());
      }
      return earlier == null ? event : earlier.event();
    } finally {
      lock.unlock();
    }
  }

  private static ScheduledEvent event(
      Draft draft, Instant at, @org.jspecify.annotations.Nullable String refused) {
    return new ScheduledEvent(
        draft.id(),
        draft.type(),
        draft.service(),
        draft.correlation().correlationId(),
        draft.key(),
        at,
        draft.payload(),
        refused);
  }

  @Override
  public ScheduledEvent addIn(Connection connection, Draft draft, Instant at) {
    throw new IllegalStateException(
        "An event log in memory cannot take part in a transaction; schedule without a connection, or test with PostgreSQL.");
  }

  @Override
  public List<ScheduledEvent> list(int limit) {
    enterDue();
    lock.lock();
    try {
      return byId.values().stream().sorted(NEXT_FIRST).limit(limit).map(Scheduled::event).toList();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean cancel(String eventId) {
    lock.lock();
    try {
      return byId.remove(eventId) != null;
    } finally {
      lock.unlock();
    }
  }

  /** Whether anything is to come, so that who waits for events must look at the clock. */
  boolean isEmpty() {
    lock.lock();
    try {
      return byId.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Takes what is due into the log. */
  void enterDue() {
    lock.lock();
    try {
      var now = clock.instant();
      var due =
          byId.values().stream()
              .filter(it -> it.event().refused() == null && !it.event().at().isAfter(now))
              .sorted(NEXT_FIRST)
              .toList();
      for (var each : due) {
        enter(each, now);
      }
    } finally {
      lock.unlock();
    }
  }

  private void enter(Scheduled scheduled, Instant now) {
    var draft = scheduled.draft();
    try {
      events.append(List.of(draft), now);
      byId.remove(draft.id());
    } catch (EventConflictException e) {
      var refused =
          event(draft, scheduled.event().at(), "Another event was published under this id.");
      byId.put(draft.id(), new Scheduled(draft, refused));
    }
  }
}
