package io.iworx.sagas;

import io.iworx.eventbus.EventBus;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Transition;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one saga that this instance holds, until it ends, is stuck, or belongs to another. */
final class SagaRunner {
  private static final Logger LOG = LoggerFactory.getLogger(SagaRunner.class);

  private static final RetryPolicy RELOADS =
      new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(100), Duration.ofSeconds(10));

  private final SagaEngine engine;
  private final SagaStore store;
  private final EventBus bus;
  private final RegisteredDefinition<?, ?> definition;
  private final SagaClaim claim;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;
  private final @Nullable Beginning beginning;
  private volatile @Nullable SagaRunner next;
  private volatile @Nullable Transition ending;
  private StoredSaga saga;
  private boolean resumed;

  SagaRunner(
      SagaEngine engine,
      SagaStore store,
      EventBus bus,
      RegisteredDefinition<?, ?> definition,
      StoredSaga saga,
      @Nullable Beginning beginning,
      boolean resumed) {
    this.beginning = beginning;
    this.engine = engine;
    this.store = store;
    this.bus = bus;
    this.definition = definition;
    this.saga = saga;
    this.resumed = resumed;
    this.claim =
        new SagaClaim(
            saga.id(), engine.options().instance(), saga.fence(), engine.options().lease());
    this.thread = Thread.ofVirtual().name("saga-" + saga.definition()).unstarted(this::run);
  }

  /** How the body ended. */
  private sealed interface Ending {
    record Returned(@Nullable Object output) implements Ending {}

    record Failed(SagaFailure failure) implements Ending {}
  }

  /** Another pass over the saga, by a later claim, once this one has ended. */
  void followedBy(SagaRunner later) {
    next = later;
  }

  @Nullable SagaRunner next() {
    return next;
  }

  void start() {
    thread.start();
  }

  String sagaId() {
    return claim.sagaId();
  }

  /** Waits until nothing is done here any more for the saga. */
  boolean await(Duration atMost) throws InterruptedException {
    return ended.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** How the saga ended for good, once that is committed; null when it has not, or not here. */
  @Nullable Transition ending() {
    return ending;
  }

  void interrupt() {
    thread.interrupt();
  }

  private void run() {
    try {
      saga.correlation().withDeadline(null).run(this::runToEnd);
    } catch (Throwable e) {
      LOG.error("Saga {} stopped on an unexpected failure.", claim.sagaId(), e);
    } finally {
      if (beginning != null) {
        beginning.failed(
            new SagaException("Sagas are closed on this instance: nothing was started."));
      }
      engine.ended(this);
      ended.countDown();
    }
  }

  private void runToEnd() {
    for (var failures = 1; ; failures++) {
      try {
        onePass();
        return;
      } catch (Unwind e) {
        if (e.why() != Unwind.Why.STORE_FAILED) {
          LOG.debug("Saga {}: {}", claim.sagaId(), e.reason());
          return;
        }
        LOG.warn("Saga {} goes on from its records: {}", claim.sagaId(), e.reason());
        resumed = true;
        if (!reload(failures)) {
          return;
        }
      }
    }
  }

  /** Loads the saga until that works; false when there is nothing to do for it here any more. */
  private boolean reload(int failures) {
    for (var count = failures; ; count++) {
      try {
        engine.pause(RELOADS.delayAfter(count, engine.random()));
        saga = engine.find(claim.sagaId());
        return saga.state().isOpen()
            && saga.fence() == claim.fence()
            && claim.instance().equals(saga.instance());
      } catch (SagaStoreException e) {
        LOG.warn("Saga {} cannot be loaded: {}", claim.sagaId(), e.getMessage());
      } catch (Unwind e) {
        return false;
      }
    }
  }

  private void onePass() {
    var context = new StepContext(saga, engine.stepRunner(), engine.telemetry());
    var trace = new StepTrace(engine.options().traceRecorder(), bus.service(), saga, context);
    var journal = new Journal(engine, store, bus, claim, saga, beginning);
    var steps = new Steps(engine, journal, context, trace, resumed);
    var undoing = new Undoing(engine, journal, context, trace);
    try {
      switch (runBody(context, journal, steps)) {
        case Ending.Returned(var output) -> complete(steps, undoing, output);
        case Ending.Failed(var failure) -> undo(steps, undoing, failure);
      }
      ended(trace, journal.state(), null);
    } catch (Unwind e) {
      if (e.why() == Unwind.Why.CLOSING) {
        recordBeforeClosing(journal);
      }
      if (e.why() != Unwind.Why.STUCK) {
        throw e;
      }
      becomeStuck(journal, e);
      ended(trace, SagaState.STUCK, e.reason());
    }
  }

  private void ended(StepTrace trace, SagaState state, @Nullable String reason) {
    var now = engine.now();
    trace.end(state, now, reason);
    engine.telemetry().ended(saga, state, StepTrace.between(saga.startedAt(), now));
    if (saga.parent() != null) {
      engine.dueIn(Duration.ZERO);
    }
  }

  /** What is recorded now, the next holder need not find out again. */
  private void recordBeforeClosing(Journal journal) {
    if (beginning != null && beginning.isPending()) {
      return;
    }
    var interrupted = Thread.interrupted();
    try {
      journal.commit(null);
    } catch (PublishFailed | Unwind e) {
      LOG.debug("Saga {} leaves a step without its record: {}", claim.sagaId(), e.getMessage());
    } finally {
      if (interrupted) {
        thread.interrupt();
      }
    }
  }

  private Ending runBody(StepContext context, Journal journal, Steps steps) {
    var pass = pass();
    Ending ending;
    try {
      ending =
          new Ending.Returned(
              context.correlation().call(() -> pass.run(new Saga(claim.sagaId(), steps))));
      steps.rethrowUnwind();
    } catch (Unwind e) {
      ending = afterReplay(e);
    } catch (Exception e) {
      ending = thrown(steps, e);
    } catch (Error e) {
      // Not the body's decision: code that is missing or broken here may be whole elsewhere.
      throw Unwind.stuck("The body threw " + e + ".");
    }
    journal.requireReplayed();
    return journal.state() == SagaState.COMPENSATING
        ? new Ending.Failed(engine.failureOf(saga))
        : ending;
  }

  private RegisteredDefinition.Pass pass() {
    try {
      return definition.pass(saga.input());
    } catch (SagaException e) {
      throw Unwind.stuck(String.valueOf(e.getMessage()));
    }
  }

  private Ending thrown(Steps steps, Exception e) {
    try {
      steps.rethrowUnwind();
    } catch (Unwind unwind) {
      return afterReplay(unwind);
    }
    // An interrupted body of an instance that closes has decided nothing.
    engine.requireOpen();
    return new Ending.Failed(
        e instanceof StepFailed failed ? failed.failure() : SagaFailure.of(SagaFailure.BODY, e));
  }

  private Ending afterReplay(Unwind unwind) {
    return switch (unwind.why()) {
      case REPLAYED -> new Ending.Failed(engine.failureOf(saga));
      case CANCELLED -> new Ending.Failed(cancelled(unwind));
      case STUCK, CLAIM_LOST, CLOSING, WAITING, NOT_STARTED, STORE_FAILED, STOPPED -> throw unwind;
    };
  }

  private static SagaFailure cancelled(Unwind unwind) {
    var failure = unwind.failure();
    return failure == null ? SagaFailure.of(SagaFailure.CANCEL, unwind) : failure;
  }

  private void complete(Steps steps, Undoing undoing, @Nullable Object output) {
    SagaFailure failure;
    try {
      var json = engine.json().encode("The output of saga " + saga.definition(), output);
      var completed = Transition.completed(json);
      steps.end(completed);
      ending = completed;
      return;
    } catch (StepFailed e) {
      failure = e.failure();
    } catch (UnstorableValue e) {
      failure = SagaFailure.of(SagaFailure.BODY, e);
    } catch (Unwind e) {
      if (e.why() != Unwind.Why.CANCELLED) {
        throw e;
      }
      failure = cancelled(e);
    }
    undo(steps, undoing, failure);
  }

  private void undo(Steps steps, Undoing undoing, SagaFailure failure) {
    undoing.undoAll(steps.undoables(), failure);
    ending = Transition.compensated(SagaState.COMPENSATING, failure);
  }

  private void becomeStuck(Journal journal, Unwind e) {
    LOG.warn(
        "Saga {} ({}, key {}) is STUCK: {}", saga.id(), saga.definition(), saga.key(), e.reason());
    journal.dropEvents();
    try {
      journal.commit(Transition.stuck(journal.state(), e.failure(), e.reason(), e.step()));
    } catch (PublishFailed impossible) {
      throw new IllegalStateException("Without events nothing is published.", impossible);
    }
  }
}
