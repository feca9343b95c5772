package io.iworx.testing;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Repartitioning;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionStatus;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an operator sees and does, under the lock of the store. */
final class InMemoryAdmin implements SubscriptionAdmin {
  private final InMemorySubscriptions store;

  InMemoryAdmin(InMemorySubscriptions store) {
    this.store = store;
  }

  @Override
  public List<SubscriptionStatus> list() {
    return store.locked(
        () ->
            store.rows.values().stream()
                .map(it -> it.status(store.events, store.clock.instant()))
                .toList());
  }

  @Override
  public List<DeadLetter> deadLetters(String subscription, int limit) {
    return store.locked(
        () -> {
          var row = store.rows.get(subscription);
          return row == null
              ? List.of()
              : List.copyOf(row.deadLetters.values()).reversed().stream().limit(limit).toList();
        });
  }

  @Override
  public long redrive(String subscription, @Nullable String eventId, @Nullable String payload) {
    return store.locked(
        () -> {
          var row = store.rows.get(subscription);
          if (row == null) {
            return 0L;
          }
          var ids = idsOf(row, eventId);
          row.redrives.addAll(ids);
          if (payload != null) {
            ids.forEach(id -> row.deadLetters.computeIfPresent(id, (_, it) -> edited(it, payload)));
          }
          return (long) ids.size();
        });
  }

  private static List<String> idsOf(InMemorySubscription row, @Nullable String eventId) {
    return row.deadLetters.keySet().stream()
        .filter(it -> eventId == null || it.equals(eventId))
        .toList();
  }

  private static DeadLetter edited(DeadLetter letter, String payload) {
    var entry = letter.entry();
    return new DeadLetter(
        new LogEntry(
            entry.position(),
            entry.id(),
            entry.type(),
            entry.service(),
            entry.correlationId(),
            entry.causationId(),
            entry.timestamp(),
            entry.key(),
            payload,
            entry.metadata(),
            entry.traceContext(),
            entry.expiresAt()),
        letter.attempts(),
        letter.reason(),
        letter.detail(),
        letter.setAsideAt());
  }

  @Override
  public long discard(String subscription, @Nullable String eventId) {
    return store.locked(
        () -> {
          var row = store.rows.get(subscription);
          if (row == null) {
            return 0L;
          }
          var ids = idsOf(row, eventId);
          row.deadLetters.keySet().removeAll(ids);
          return (long) ids.size();
        });
  }

  @Override
  public boolean pause(String subscription, boolean paused) {
    return store.locked(
        () -> {
          var row = store.rows.get(subscription);
          if (row != null) {
            row.paused = paused;
          }
          return row != null;
        });
  }

  @Override
  public long countFrom(String subscription, Start from) {
    return store.locked(
        () -> {
          var row = store.rows.get(subscription);
          var patterns =
              row == null
                  ? List.<EventType<?>>of()
                  : row.definition.patterns().stream()
                      .<EventType<?>>map(EventType::matching)
                      .toList();
          return store.events.after(store.startOf(from), Integer.MAX_VALUE).stream()
              .filter(it -> patterns.stream().anyMatch(pattern -> pattern.matches(it.type())))
              .count();
        });
  }

  @Override
  public boolean replay(String subscription, Start from) {
    return store.locked(
        () -> {
          var row = store.rows.get(subscription);
          if (row != null) {
            row.startedAt = Math.min(row.startedAt, store.startOf(from));
            row.parts.forEach(part -> part.beginAnew(store.startOf(from)));
          }
          return row != null;
        });
  }

  @Override
  public Optional<Repartitioning> repartition(String subscription, int partitions) {
    return store.locked(
        () ->
            Optional.ofNullable(store.rows.get(subscription))
                .map(it -> it.repartition(partitions, store.events, store.clock.instant())));
  }

  @Override
  public boolean remove(String subscription) {
    return store.locked(
        () -> {
          var row = store.rows.get(subscription);
          var now = store.clock.instant();
          if (row != null && row.present.values().stream().anyMatch(now::isBefore)) {
            throw new EventException(
                "Subscription " + subscription + " is served by " + row.present.keySet() + ".");
          }
          return store.rows.remove(subscription) != null;
        });
  }
}
