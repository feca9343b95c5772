package io.iworx.testing;

import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.Awaited;
import io.iworx.sagas.spi.SagaEvent;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Wait;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What sagas in memory wait for, and the events that end it. Guarded by the store's lock. */
final class InMemoryWaits {
  private final Map<String, Instant> began = new HashMap<>();
  private final Map<String, SagaEvent> events = new LinkedHashMap<>();
  private final Map<String, Map<String, Open>> open = new HashMap<>();
  private final Map<String, Set<String>> used = new HashMap<>();

  /** A wait that nothing has ended. */
  private record Open(String step, @Nullable Awaited event, Instant dueAt) {}

  /** As precise as the times of events. */
  void began(String sagaId, Instant now) {
    began.put(sagaId, now.truncatedTo(ChronoUnit.MICROS));
  }

  /** When it was started, on the store's time. */
  Instant began(StoredSaga saga) {
    return began.getOrDefault(saga.id(), saga.startedAt());
  }

  /** A saga that nobody holds any more waits. */
  StoredSaga add(StoredSaga saga, List<Wait> waits, Instant now) {
    var before = open.getOrDefault(saga.id(), Map.of());
    var after = new LinkedHashMap<String, Open>();
    for (var wait : waits) {
      var fresh = new Open(wait.step(), wait.event(), now.plus(wait.duration()));
      after.put(wait.step(), before.getOrDefault(wait.step(), fresh));
    }
    open.put(saga.id(), after);
    var first = after.values().stream().min(Comparator.comparing(Open::dueAt)).orElseThrow();
    return match(saga.waiting(first.step(), first.dueAt()), now);
  }

  /** Keeps it. */
  void arrive(SagaEvent event) {
    events.putIfAbsent(event.id(), event);
  }

  int endedBy(SagaEvent event) {
    return (int) used.values().stream().filter(ids -> ids.contains(event.id())).count();
  }

  /** Ends the waits of a saga for events that are there. */
  StoredSaga match(StoredSaga saga, Instant now) {
    var matched = saga;
    if (saga.state() == SagaState.RUNNING && saga.instance() == null && saga.wakeAt() != null) {
      for (var wait : List.copyOf(open.getOrDefault(saga.id(), Map.of()).values())) {
        var event = earliest(saga, wait.event());
        if (event != null) {
          used.computeIfAbsent(saga.id(), _ -> new HashSet<>()).add(event.id());
          matched = ended(matched, wait, event.json(), now).waiting(wait.step(), now);
        }
      }
    }
    return matched;
  }

  private @Nullable SagaEvent earliest(StoredSaga saga, @Nullable Awaited awaited) {
    return events.values().stream()
        .filter(it -> new Awaited(it.type(), it.key()).equals(awaited))
        .filter(it -> !it.publishedAt().isBefore(began(saga)))
        .filter(it -> !used.getOrDefault(saga.id(), Set.of()).contains(it.id()))
        .findFirst()
        .orElse(null);
  }

  /** Ends the waits of a saga whose time has come. */
  StoredSaga due(StoredSaga saga, Instant now) {
    var after = saga;
    var waits =
        open.getOrDefault(saga.id(), Map.of()).values().stream()
            .filter(it -> !it.dueAt().isAfter(now))
            .sorted(Comparator.comparing(Open::dueAt))
            .toList();
    for (var wait : waits) {
      after = ended(after, wait, "null", now);
    }
    return after;
  }

  private StoredSaga ended(StoredSaga saga, Open wait, String result, Instant now) {
    Objects.requireNonNull(open.get(saga.id())).remove(wait.step());
    var steps = new ArrayList<>(saga.steps());
    steps.add(
        new StepRecord(
            steps.size() + 1, wait.step(), StepRecord.Kind.NOTED, result, null, 1, now, now));
    return saga.withSteps(steps);
  }

  /** The types of the events that a saga waits for. */
  Stream<String> types(StoredSaga saga) {
    return open.getOrDefault(saga.id(), Map.of()).values().stream()
        .map(Open::event)
        .filter(Objects::nonNull)
        .map(Awaited::type);
  }

  /** What an operator is told that a saga waits for. */
  String describe(StoredSaga saga) {
    var awaited =
        open.getOrDefault(saga.id(), Map.of()).values().stream()
            .map(Open::event)
            .filter(Objects::nonNull)
            .map(it -> it.type() + " of " + it.key())
            .collect(Collectors.joining(", "));
    return awaited.isEmpty()
        ? "its time, " + saga.wakeAt()
        : "event " + awaited + ", at most until " + saga.wakeAt();
  }
}
