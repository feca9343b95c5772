package io.iworx.testing;

import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.Awaited;
import io.iworx.sagas.spi.SagaEvent;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StepRecord.Kind;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Wait;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What sagas in memory wait for, and the events that end it. Guarded by the store's lock. */
final class InMemoryWaits {
  private final Map<String, Instant> began = new HashMap<>();
  private final Map<String, SagaEvent> events = new LinkedHashMap<>();
  private final Map<String, Map<String, Open>> open = new HashMap<>();

  /** A wait that nothing has ended. */
  private record Open(String step, @Nullable Awaited what, Instant dueAt) {
    boolean isForChild(String sagaId) {
      return switch (what) {
        case Awaited.Child(var saga) -> saga.id().equals(sagaId);
        case Awaited.ChildUndone(var id) -> id.equals(sagaId);
        case Awaited.Event _ -> false;
        case null -> false;
      };
    }

    /** Its time ends it. */
    boolean isDue(Instant now) {
      return !dueAt.isAfter(now) && (what == null || what instanceof Awaited.Event);
    }
  }

  /** As precise as the times of events. */
  void began(String sagaId, Instant now) {
    began.put(sagaId, now.truncatedTo(ChronoUnit.MICROS));
  }

  /** When it was started, on the store's time. */
  Instant began(StoredSaga saga) {
    return began.getOrDefault(saga.id(), saga.startedAt().truncatedTo(ChronoUnit.MICROS));
  }

  /** A saga that nobody holds any more waits. */
  StoredSaga add(StoredSaga saga, List<Wait> waits, Instant now) {
    var before = open.getOrDefault(saga.id(), Map.of());
    var after = new LinkedHashMap<String, Open>();
    for (var wait : waits) {
      var fresh = new Open(wait.step(), wait.what(), now.plus(wait.duration()));
      var keeps = wait.what() == null || wait.what() instanceof Awaited.Event;
      after.put(wait.step(), keeps ? before.getOrDefault(wait.step(), fresh) : fresh);
    }
    open.put(saga.id(), after);
    var first = after.values().stream().min(Comparator.comparing(Open::dueAt)).orElseThrow();
    return match(saga.waiting(first.step(), first.dueAt()), now);
  }

  /** Keeps it. */
  void arrive(SagaEvent event) {
    events.putIfAbsent(event.id(), event);
  }

  /** How many of the sagas have it on record. */
  int endedBy(SagaEvent event, Collection<StoredSaga> sagas) {
    var kept = events.getOrDefault(event.id(), event);
    return (int) sagas.stream().filter(saga -> isUsed(kept, saga)).count();
  }

  private static boolean isUsed(SagaEvent event, StoredSaga saga) {
    return saga.steps().stream()
        .anyMatch(it -> it.kind() == Kind.NOTED && event.json().equals(it.result()));
  }

  /** Ends the waits of a saga for events that are there. */
  StoredSaga match(StoredSaga saga, Instant now) {
    var matched = saga;
    if (saga.state() == SagaState.RUNNING && saga.instance() == null && saga.wakeAt() != null) {
      for (var wait : List.copyOf(open.getOrDefault(saga.id(), Map.of()).values())) {
        var event = earliest(matched, wait.what());
        if (event != null) {
          matched = noted(matched, wait, event.json(), now).waiting(wait.step(), now);
        }
      }
    }
    return matched;
  }

  private @Nullable SagaEvent earliest(StoredSaga saga, @Nullable Awaited awaited) {
    return events.values().stream()
        .filter(it -> new Awaited.Event(it.type(), it.key()).equals(awaited))
        .filter(it -> !it.publishedAt().isBefore(began(saga)))
        .filter(it -> !isUsed(it, saga))
        .findFirst()
        .orElse(null);
  }

  /** Ends the waits of a saga whose time has come. */
  StoredSaga due(StoredSaga saga, Instant now) {
    var after = saga;
    var waits =
        open.getOrDefault(saga.id(), Map.of()).values().stream()
            .filter(it -> it.isDue(now))
            .sorted(Comparator.comparing(Open::dueAt))
            .toList();
    for (var wait : waits) {
      after = noted(after, wait, "null", now);
    }
    return after;
  }

  private StoredSaga noted(StoredSaga saga, Open wait, String result, Instant now) {
    var number = saga.steps().size() + 1;
    return ended(saga, new StepRecord(number, wait.step(), Kind.NOTED, result, null, 1, now, now));
  }

  private StoredSaga ended(StoredSaga saga, StepRecord record) {
    Objects.requireNonNull(open.get(saga.id())).remove(record.step());
    var steps = new ArrayList<>(saga.steps());
    steps.add(record);
    return saga.withSteps(steps);
  }

  /** Ends the wait of a saga for a child that has ended, if it waits. */
  StoredSaga childEnded(StoredSaga saga, StoredSaga child, Instant now) {
    var waits = saga.state().isOpen() && saga.instance() == null && saga.wakeAt() != null;
    var undoing = saga.state() == SagaState.COMPENSATING;
    if (!waits || (undoing && child.state() == SagaState.COMPLETED)) {
      return saga;
    }
    return open.getOrDefault(saga.id(), Map.of()).values().stream()
        .filter(it -> it.isForChild(child.id()))
        .findFirst()
        .map(it -> ended(saga, record(saga, it.step(), child, now)).waiting(it.step(), now))
        .orElse(saga);
  }

  private static StepRecord record(StoredSaga saga, String step, StoredSaga child, Instant now) {
    var kind =
        saga.state() == SagaState.COMPENSATING
            ? Kind.UNDONE
            : child.state() == SagaState.COMPLETED ? Kind.DONE : Kind.FAILED;
    return new StepRecord(
        saga.steps().size() + 1,
        step,
        kind,
        kind == Kind.DONE ? child.output() : null,
        kind == Kind.FAILED ? failure(step, child) : null,
        1,
        child.startedAt(),
        now);
  }

  private static SagaFailure failure(String step, StoredSaga child) {
    var of = Objects.requireNonNull(child.failure());
    var message =
        "Saga %s (%s) failed at %s: %s"
            .formatted(child.id(), child.definition(), of.step(), of.message());
    return new SagaFailure(step, message, of.kind(), of.code(), of.detail());
  }

  /** The types of the events that a saga waits for. */
  Stream<String> types(StoredSaga saga) {
    return open.getOrDefault(saga.id(), Map.of()).values().stream()
        .map(Open::what)
        .filter(Awaited.Event.class::isInstance)
        .map(it -> ((Awaited.Event) it).type());
  }

  /** What an operator is told that a saga waits for. */
  String describe(StoredSaga saga) {
    var awaited =
        open.getOrDefault(saga.id(), Map.of()).values().stream()
            .flatMap(InMemoryWaits::described)
            .collect(Collectors.joining(", "));
    return awaited.isEmpty()
        ? "its time, " + saga.wakeAt()
        : awaited + ", at most until " + saga.wakeAt();
  }

  private static Stream<String> described(Open wait) {
    return switch (wait.what()) {
      case Awaited.Event(var type, var key) -> Stream.of("event " + type + " of " + key);
      case Awaited.Child(var child) -> Stream.of("saga " + child.id() + " of step " + wait.step());
      case Awaited.ChildUndone(var id) -> Stream.of("saga " + id + " of step " + wait.step());
      case null -> Stream.empty();
    };
  }
}
