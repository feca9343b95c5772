package io.iworx.testing;

import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The events themselves: position n stands at index n - 1. */
final class InMemoryEvents {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition appended = lock.newCondition();
  private final List<LogEntry> entries = new ArrayList<>();
  private final Map<String, LogEntry> byId = new HashMap<>();

  /** The first ones, in the order of their positions. */
  void leave(List<LogEntry> first) {
    lock.lock();
    try {
      first.forEach(this::add);
    } finally {
      lock.unlock();
    }
  }

  private void add(LogEntry entry) {
    entries.add(entry);
    byId.put(entry.id(), entry);
  }

  List<LogEntry> append(List<Draft> drafts, Instant now) {
    lock.lock();
    try {
      requireNoConflict(drafts);
      var result = drafts.stream().map(draft -> appendOrFind(draft, now)).toList();
      appended.signalAll();
      return result;
    } finally {
      lock.unlock();
    }
  }

  List<LogEntry> after(long position, int limit) {
    lock.lock();
    try {
      var from = Math.clamp(position, 0, entries.size());
      var to = (int) Math.min(entries.size(), (long) from + limit);
      return List.copyOf(entries.subList(from, to));
    } finally {
      lock.unlock();
    }
  }

  List<LogEntry> at(long position) {
    return position < 1 ? List.of() : after(position - 1, 1);
  }

  long last() {
    lock.lock();
    try {
      return entries.size();
    } finally {
      lock.unlock();
    }
  }

  void awaitAfter(long position, Duration atMost, BooleanSupplier cancelled)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      var left = atMost.toNanos();
      while (entries.size() <= position && left > 0 && !cancelled.getAsBoolean()) {
        left = appended.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  void wakeAll() {
    lock.lock();
    try {
      appended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Also within one call: the same id twice must be the same event twice. */
  private void requireNoConflict(List<Draft> drafts) {
    var seen = new HashMap<String, Draft>();
    for (var draft : drafts) {
      var stored = byId.get(draft.id());
      var earlier = seen.putIfAbsent(draft.id(), draft);
      if ((stored != null && !same(draft, stored.type(), stored.key(), stored.payload()))
          || (earlier != null && !same(draft, earlier.type(), earlier.key(), earlier.payload()))) {
        throw new EventConflictException(draft.id());
      }
    }
  }

  /**
   * Whether the event is there.
   *
   * @throws EventConflictException when another has its id
   */
  boolean holds(Draft draft) {
    lock.lock();
    try {
      requireNoConflict(List.of(draft));
      return byId.containsKey(draft.id());
    } finally {
      lock.unlock();
    }
  }

  static boolean same(Draft draft, Draft other) {
    return same(draft, other.type(), other.key(), other.payload());
  }

  private static boolean same(Draft draft, String type, @Nullable String key, String payload) {
    return draft.type().equals(type)
        && Objects.equals(draft.key(), key)
        && JSON.readTree(draft.payload()).equals(JSON.readTree(payload));
  }

  private LogEntry appendOrFind(Draft draft, Instant now) {
    return byId.computeIfAbsent(
        draft.id(),
        id -> {
          var correlation = draft.correlation();
          var entry =
              new LogEntry(
                  entries.size() + 1L,
                  id,
                  draft.type(),
                  draft.service(),
                  correlation.correlationId(),
                  correlation.causationId(),
                  now.truncatedTo(ChronoUnit.MICROS),
                  draft.key(),
                  draft.payload(),
                  draft.metadata(),
                  correlation.traceContext(),
                  draft.expiresAt());
          entries.add(entry);
          return entry;
        });
  }
}
