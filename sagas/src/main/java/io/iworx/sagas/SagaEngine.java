package io.iworx.sagas;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.EventBus;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.StepRunner;
import io.iworx.sagas.spi.StoredSaga;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sagas of one instance: what it can run, and what it is running. */
final class SagaEngine implements Sagas {
  private static final Logger LOG = LoggerFactory.getLogger(SagaEngine.class);
  private static final int START_ATTEMPTS = 3;

  /** So long a starter waits for a first step that takes the connection to end. */
  private static final Duration SHARED_START = Duration.ofSeconds(1);

  /** So long after a start in the caller's transaction it is looked for. */
  private static final Duration CALLERS_COMMIT = Duration.ofMillis(100);

  private static final Duration LAST_RECORDS = Duration.ofMillis(500);

  private final EventBus bus;
  private final SagaStore store;
  private final SagasOptions options;
  private final StepRunner stepRunner;
  private final SagaJson json;
  private final SagaTelemetry telemetry;
  private final Takeover takeover;
  private final Endings endings;
  private final Arrivals arrivals;
  private final Map<DefinitionVersion, RegisteredDefinition<?, ?>> definitions =
      new ConcurrentHashMap<>();
  private final Map<String, SagaRunner> running = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  SagaEngine(EventBus bus, SagaStore store, SagasOptions options, StepRunner stepRunner) {
    this.stepRunner = stepRunner;
    this.bus = bus;
    this.store = store;
    this.options = options;
    this.json = new SagaJson(options.maxResultBytes());
    this.telemetry = new SagaTelemetry(options.openTelemetry());
    this.endings = new Endings(this, store);
    this.arrivals = new Arrivals(this, store, bus);
    this.takeover = new Takeover(this, store, options);
  }

  @Override
  public <I, O> SagaDefinition<I, O> define(
      String name, int version, Class<I> inputType, Class<O> outputType, SagaBody<I, O> body) {
    var definition =
        new RegisteredDefinition<>(
            this, new DefinitionVersion(name, version), inputType, outputType, body);
    if (definitions.putIfAbsent(definition.definitionVersion(), definition) != null) {
      throw new IllegalArgumentException(
          "Saga " + name + " version " + version + " is defined already on this instance.");
    }
    takeover.lookNow(definitions.keySet());
    return definition;
  }

  /**
   * A saga that is in the store.
   *
   * @param runner what runs it here since its start; null for a saga that was there before
   */
  record Started(String id, @Nullable SagaRunner runner) {}

  /** Starts a saga, or finds the one that has the key. */
  Started start(RegisteredDefinition<?, ?> definition, String key, String input) {
    var fresh = fresh(definition, key, input);
    takeover.awaitLease();
    var beginning = new Beginning(fresh, options.instance());
    var runner =
        new SagaRunner(this, store, bus, definition, beginning.expected(), beginning, false);
    var stored = begin(runner, beginning);
    if (stored.id().equals(fresh.id())) {
      return new Started(stored.id(), runner);
    }
    requireSame(stored, input);
    if (stored.state().isOpen()
        && options.instance().equals(stored.instance())
        && !running.containsKey(stored.id())) {
      launchUnlessEnded(stored.id());
    }
    return new Started(stored.id(), null);
  }

  /** Leaves a saga to whoever looks first, once the caller's transaction has committed. */
  Started startIn(
      Connection connection, RegisteredDefinition<?, ?> definition, String key, String input) {
    var stored = store.startIn(connection, fresh(definition, key, input));
    requireSame(stored, input);
    takeover.dueIn(CALLERS_COMMIT);
    return new Started(stored.id(), null);
  }

  private NewSaga fresh(RegisteredDefinition<?, ?> definition, String key, String input) {
    if (isClosing()) {
      throw new SagaException(
          "Sagas are closed on this instance: " + definition.name() + " was not started.");
    }
    var version = definition.definitionVersion();
    var correlation = Correlation.currentOrFresh().withDeadline(null);
    return new NewSaga(
        Uuid7.next(), version.name(), version.version(), key, input, correlation, now());
  }

  private void requireSame(StoredSaga stored, String input) {
    if (!json.same(stored.input(), input)) {
      throw new SagaConflictException(stored.definition(), stored.key(), stored.id());
    }
  }

  /** Runs it until it is durable: with its first commit. */
  private StoredSaga begin(SagaRunner runner, Beginning beginning) {
    running.put(runner.sagaId(), runner);
    runner.start();
    try {
      return beginning.await(SHARED_START);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SagaException(
          "Interrupted while starting a saga of %s: start it again with the same key to know."
              .formatted(beginning.saga().definition()),
          e);
    }
  }

  /** The same id again after a lost answer: what was started then is found now. */
  StoredSaga startStored(NewSaga saga) {
    for (var attempt = 1; ; attempt++) {
      try {
        return store.start(saga, options.instance());
      } catch (SagaStoreException e) {
        if (attempt == START_ATTEMPTS) {
          throw e;
        }
        LOG.warn("Saga {} is started again: {}", saga.id(), e.getMessage());
        pause(options.stepRetry().delayAfter(attempt, random()));
      }
    }
  }

  /**
   * For a saga of this instance that nothing runs here: how it got it was told in a lost answer.
   */
  private void launchUnlessEnded(String sagaId) {
    var saga = find(sagaId);
    if (saga.state().isOpen() && options.instance().equals(saga.instance())) {
      launch(saga, true);
    }
  }

  /** Those that were taken over by a claim whose answer was lost: nothing runs them, nor would. */
  void launchForgotten() {
    for (var sagaId : store.heldBy(options.instance())) {
      if (!running.containsKey(sagaId)) {
        launchUnlessEnded(sagaId);
      }
    }
  }

  /**
   * Runs a saga that this instance holds, once; resumed, when a step may have been begun before.
   */
  void launch(StoredSaga saga, boolean resumed) {
    var definition = definitions.get(saga.definitionVersion());
    if (definition == null) {
      return;
    }
    var runner = new SagaRunner(this, store, bus, definition, saga, null, resumed);
    running.compute(
        saga.id(),
        (_, before) -> {
          if (before != null) {
            // It is about to end: it gave the saga out of hand, or an operator was quick.
            before.followedBy(runner);
            return before;
          }
          runner.start();
          return runner;
        });
  }

  void ended(SagaRunner runner) {
    running.compute(
        runner.sagaId(),
        (_, current) -> {
          if (current != runner) {
            return current;
          }
          var next = runner.next();
          if (next != null) {
            next.start();
          }
          return next;
        });
    endings.tell(runner.sagaId());
  }

  /** Something here will be due then. */
  void dueIn(Duration duration) {
    takeover.dueIn(duration);
  }

  int runningCount() {
    return running.size();
  }

  Arrivals arrivals() {
    return arrivals;
  }

  Endings endings() {
    return endings;
  }

  boolean isElsewhere(String sagaId) {
    return !running.containsKey(sagaId);
  }

  StoredSaga find(String sagaId) {
    return store
        .find(sagaId)
        .orElseThrow(() -> new SagaException("Saga " + sagaId + " is not in the store any more."));
  }

  boolean isStored(String sagaId) {
    return store.find(sagaId).isPresent();
  }

  SagaFailure failureOf(StoredSaga saga) {
    var failure = saga.failure();
    return failure != null
        ? failure
        : SagaFailure.of(
            SagaFailure.BODY, new SagaException("No failure is recorded for saga " + saga.id()));
  }

  SagasOptions options() {
    return options;
  }

  SagaTelemetry telemetry() {
    return telemetry;
  }

  StepRunner stepRunner() {
    return stepRunner;
  }

  SagaJson json() {
    return json;
  }

  RandomGenerator random() {
    return options.random();
  }

  Instant now() {
    return options.clock().instant();
  }

  boolean isClosing() {
    return closing.getCount() == 0;
  }

  /** Leaves a saga's body when this instance closes. */
  void requireOpen() {
    if (isClosing()) {
      throw Unwind.closing();
    }
  }

  /** Pauses between attempts; leaves the body when this instance closes meanwhile. */
  void pause(Duration pause) {
    try {
      if (closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        throw Unwind.closing();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Unwind.closing();
    }
  }

  @Override
  public SagaOperations operations() {
    return store.operations();
  }

  @Override
  public void close() {
    closing.countDown();
    takeover.close();
    arrivals.close();
    awaitRunners(options.closeTimeout());
    running.values().forEach(SagaRunner::interrupt);
    // What they know by now they still record, as long as this instance holds them.
    awaitRunners(LAST_RECORDS);
    try {
      store.release(options.instance());
    } catch (SagaStoreException e) {
      LOG.warn("Other instances wait for the end of this one's lease: {}", e.getMessage());
    }
  }

  private void awaitRunners(Duration atMost) {
    var deadline = System.nanoTime() + atMost.toNanos();
    try {
      for (var runner : running.values()) {
        runner.await(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
