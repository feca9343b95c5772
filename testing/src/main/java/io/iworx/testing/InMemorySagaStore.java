package io.iworx.testing;

import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaCancelledException;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaClaimLostException;
import io.iworx.sagas.spi.SagaEvent;
import io.iworx.sagas.spi.SagaOperation;
import io.iworx.sagas.spi.SagaOperationRefused;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.SagaView;
import io.iworx.sagas.spi.SagaWork;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.TakenOver;
import io.iworx.sagas.spi.Transition;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A saga store in memory, for tests and for trying things out: keeps every promise of the port but
 * durability and callers' transactions. Safe for any thread.
 */
public final class InMemorySagaStore implements SagaStore {
  private final Clock clock;
  private final @Nullable Connection stage;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, StoredSaga> sagas = new TreeMap<>();
  private final InMemoryLeases leases = new InMemoryLeases();
  private final InMemoryWaits waits = new InMemoryWaits();
  private final InMemoryChildren children;
  private final List<InMemorySagaOperations.Kept> operations = new ArrayList<>();

  private InMemorySagaStore(Clock clock, @Nullable Connection stage) {
    this.clock = clock;
    this.stage = stage;
    this.children = new InMemoryChildren(sagas, waits, clock);
  }

  /** An empty store on the system's clock. */
  public static InMemorySagaStore create() {
    return create(Clock.systemUTC());
  }

  /** An empty store; leases go by the clock. */
  public static InMemorySagaStore create(Clock clock) {
    return new InMemorySagaStore(clock, null);
  }

  /** An empty store that hands this connection to whatever asks for a transaction. */
  static InMemorySagaStore onStage(Clock clock, Connection stage) {
    return new InMemorySagaStore(clock, stage);
  }

  /** Keeps a saga in nobody's hands, with these records: as a crash leaves it. */
  void leave(NewSaga saga, List<StepRecord> steps, @Nullable Transition transition) {
    lock.lock();
    try {
      var left = saga.heldBy(null, 0).withSteps(steps);
      sagas.put(saga.id(), changed(left, transition));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<Feature> features() {
    return stage == null ? Set.of() : Set.of(Feature.CALLER_TRANSACTION);
  }

  @Override
  public StoredSaga start(NewSaga saga, String instance) {
    lock.lock();
    try {
      var existing =
          sagas.values().stream()
              .filter(it -> it.definition().equals(saga.definition()))
              .filter(it -> it.key().equals(saga.key()))
              .findFirst();
      return existing
          .orElseGet(() -> sagas.computeIfAbsent(saga.id(), _ -> begun(saga, instance)))
          .withSteps(List.of());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses.
   *
   * @throws IllegalStateException always, as {@link #commitIn}
   */
  @Override
  public StoredSaga startWith(NewSaga saga, SagaClaim claim, SagaWork work) throws Exception {
    if (stage != null) {
      var progress = work.run(stage);
      var started = start(saga, claim.instance());
      commit(claim, progress);
      return started;
    }
    throw new IllegalStateException(
        "The saga store in memory takes part in no transaction; saga "
            + saga.id()
            + " needs a start of its own.");
  }

  /**
   * Refuses.
   *
   * @throws IllegalStateException always, as {@link #commitIn}
   */
  @Override
  public StoredSaga startIn(Connection connection, NewSaga saga) {
    throw new IllegalStateException(
        "The saga store in memory takes part in no transaction; start the saga without one.");
  }

  private StoredSaga begun(NewSaga saga, String instance) {
    waits.began(saga.id(), clock.instant());
    return saga.heldBy(instance, 1);
  }

  @Override
  public TakenOver claim(
      String instance, Duration lease, Set<DefinitionVersion> definitions, int limit) {
    lock.lock();
    try {
      var now = clock.instant();
      leases.prolong(instance, now.plus(lease), definitions);
      var abandoned =
          sagas.values().stream()
              .filter(saga -> saga.state().isOpen())
              .filter(saga -> definitions.contains(saga.definitionVersion()))
              .filter(saga -> !instance.equals(saga.instance()))
              .filter(saga -> !leases.isAlive(saga.instance(), now))
              .filter(saga -> !isWaiting(saga, now))
              .limit(limit)
              .toList();
      return new TakenOver(
          abandoned.stream().map(saga -> takeOver(saga, instance)).toList(),
          leases.nextEnd(instance, now),
          nextWake(definitions, now),
          types(definitions));
    } finally {
      lock.unlock();
    }
  }

  private Set<String> types(Set<DefinitionVersion> definitions) {
    var names = definitions.stream().map(DefinitionVersion::name).collect(Collectors.toSet());
    return sagas.values().stream()
        .filter(saga -> names.contains(saga.definition()))
        .flatMap(waits::types)
        .collect(Collectors.toSet());
  }

  private static boolean isWaiting(StoredSaga saga, Instant now) {
    return saga.instance() == null
        && (saga.cancelReason() == null || saga.state() == SagaState.COMPENSATING)
        && saga.wakeAt() != null
        && saga.wakeAt().isAfter(now);
  }

  private @Nullable Duration nextWake(Set<DefinitionVersion> definitions, Instant now) {
    return sagas.values().stream()
        .filter(saga -> saga.state().isOpen() && definitions.contains(saga.definitionVersion()))
        .filter(saga -> isWaiting(saga, now))
        .map(saga -> Duration.between(now, saga.wakeAt()))
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private StoredSaga takeOver(StoredSaga saga, String instance) {
    var taken = waits.due(saga.withHolder(instance, saga.fence() + 1), clock.instant());
    sagas.put(saga.id(), taken);
    return taken;
  }

  @Override
  public Set<String> heldBy(String instance) {
    lock.lock();
    try {
      return sagas.values().stream()
          .filter(saga -> saga.state().isOpen() && instance.equals(saga.instance()))
          .map(StoredSaga::id)
          .collect(Collectors.toSet());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void commit(SagaClaim claim, Progress progress) {
    lock.lock();
    try {
      var saga = held(claim, progress.transition());
      var steps = new ArrayList<>(saga.steps());
      for (var step : progress.records()) {
        if (steps.stream().anyMatch(it -> it.sequence() == step.sequence())) {
          throw new SagaStoreException(
              "Saga " + saga.id() + " has a record number " + step.sequence() + " already.", null);
        }
        steps.add(step);
      }
      steps.sort(Comparator.comparingInt(StepRecord::sequence));
      var changed = changed(saga.withSteps(List.copyOf(steps)), progress.transition());
      sagas.put(saga.id(), changed);
      if (!progress.waits().isEmpty()) {
        children.leave(changed, progress.waits());
      } else {
        children.ended(changed);
      }
    } finally {
      lock.unlock();
    }
  }

  private StoredSaga held(SagaClaim claim, @Nullable Transition transition) {
    var saga = sagas.get(claim.sagaId());
    if (saga == null
        || !claim.instance().equals(saga.instance())
        || claim.fence() != saga.fence()
        || !saga.state().isOpen()
        || (transition != null && transition.from() != saga.state())) {
      throw new SagaClaimLostException(claim);
    }
    var goesOn = transition == null || transition.to() == SagaState.COMPLETED;
    if (saga.cancelReason() != null && saga.state() == SagaState.RUNNING && goesOn) {
      throw new SagaCancelledException(saga.id(), saga.cancelReason());
    }
    return saga;
  }

  private StoredSaga changed(StoredSaga saga, @Nullable Transition transition) {
    return transition == null ? saga : saga.after(transition, clock.instant());
  }

  /**
   * Refuses.
   *
   * @throws IllegalStateException always: memory takes part in no transaction, as {@link #features}
   *     says
   */
  @Override
  public void commitIn(SagaClaim claim, SagaWork work) throws Exception {
    if (stage != null) {
      commit(claim, work.run(stage));
      return;
    }
    throw new IllegalStateException(
        "The saga store in memory takes part in no transaction; saga "
            + claim.sagaId()
            + " needs a step without a connection.");
  }

  @Override
  public int arrive(SagaEvent event) {
    lock.lock();
    try {
      waits.arrive(event);
      sagas.replaceAll((_, saga) -> waits.match(saga, clock.instant()));
      return waits.endedBy(event, sagas.values());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<Instant> oldestStart() {
    lock.lock();
    try {
      return sagas.values().stream()
          .filter(saga -> saga.state().isOpen() || saga.state() == SagaState.STUCK)
          .map(waits::began)
          .min(Comparator.naturalOrder());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SagaOperations operations() {
    return new InMemorySagaOperations(this);
  }

  /** Changes one saga, and keeps what was done. */
  void operate(String sagaId, String action, Function<StoredSaga, StoredSaga> change, String why) {
    lock.lock();
    try {
      var saga = sagas.get(sagaId);
      if (saga == null) {
        throw new SagaOperationRefused("There is no saga " + sagaId + ".");
      }
      var changed = change.apply(saga);
      if (!changed.equals(saga)) {
        sagas.put(sagaId, changed);
        var operation = new SagaOperation(clock.instant(), "memory", action, why);
        operations.add(new InMemorySagaOperations.Kept(sagaId, operation));
      }
    } finally {
      lock.unlock();
    }
  }

  SagaView view(StoredSaga saga) {
    lock.lock();
    try {
      var kept = operations.stream().filter(it -> it.sagaId().equals(saga.id()));
      return new SagaView(
          saga,
          waitsFor(saga),
          children.of(saga),
          kept.map(InMemorySagaOperations.Kept::operation).toList());
    } finally {
      lock.unlock();
    }
  }

  private @Nullable String waitsFor(StoredSaga saga) {
    var now = clock.instant();
    if (!saga.state().isOpen() || leases.isAlive(saga.instance(), now)) {
      return null;
    }
    if (isWaiting(saga, now)) {
      return waits.describe(saga);
    }
    var able = leases.hasOneThatRuns(saga.definitionVersion(), now);
    return able ? "being taken over" : "version " + saga.version() + " of " + saga.definition();
  }

  Instant now() {
    return clock.instant();
  }

  @Override
  public void release(String instance) {
    lock.lock();
    try {
      leases.end(instance);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Optional<StoredSaga> find(String sagaId) {
    lock.lock();
    try {
      return Optional.ofNullable(sagas.get(sagaId));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<String> ended(Set<String> sagaIds) {
    lock.lock();
    try {
      return sagas.values().stream()
          .filter(saga -> sagaIds.contains(saga.id()) && !saga.state().isOpen())
          .map(StoredSaga::id)
          .collect(Collectors.toSet());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<StoredSaga> list(Set<SagaState> states, int limit) {
    lock.lock();
    try {
      return sagas.values().stream()
          .filter(saga -> states.contains(saga.state()))
          .sorted(Comparator.comparing(StoredSaga::id).reversed())
          .limit(limit)
          .map(saga -> saga.withSteps(List.of()))
          .toList();
    } finally {
      lock.unlock();
    }
  }
}
