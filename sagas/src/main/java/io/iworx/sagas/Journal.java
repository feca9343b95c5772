package io.iworx.sagas;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.NewEvent;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaCancelledException;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaClaimLostException;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.SagaWork;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Transition;
import io.iworx.sagas.spi.Wait;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The records of one saga during one pass of its body: first read back in order, then added to.
 *
 * <p>A record of a step that took no connection waits here for the next commit, as events do; each
 * method that has an outside effect to come must call {@link #commit} before it. Used by the one
 * thread that runs the saga.
 */
final class Journal {
  private final SagaEngine engine;
  private final SagaStore store;
  private final EventBus bus;
  private final SagaClaim claim;
  private final List<StepRecord> forward = new ArrayList<>();
  private final Set<String> undone = new HashSet<>();
  private final List<StepRecord> pending = new ArrayList<>();
  private final List<NewEvent<?>> events = new ArrayList<>();
  private final @Nullable String cancelReason;
  private final @Nullable String wakeStep;
  private SagaState state;
  private int replayed;
  private int sequence;

  private final @Nullable Beginning beginning;

  /**
   * A pass over a saga's records.
   *
   * @param beginning for a saga whose first commit is yet to come
   */
  Journal(
      SagaEngine engine,
      SagaStore store,
      EventBus bus,
      SagaClaim claim,
      StoredSaga saga,
      @Nullable Beginning beginning) {
    this.engine = engine;
    this.beginning = beginning;
    this.store = store;
    this.bus = bus;
    this.claim = claim;
    this.state = saga.state();
    this.cancelReason = saga.cancelReason();
    this.wakeStep = saga.wakeStep();
    for (var step : saga.steps()) {
      sequence = step.sequence();
      switch (step.kind()) {
        case DONE, FAILED, NOTED -> forward.add(step);
        case UNDONE -> undone.add(step.step());
      }
    }
  }

  /** Code that makes a record out of what happens in a transaction. */
  @FunctionalInterface
  interface Recording {
    Entry run(Connection connection) throws Exception;
  }

  /** A record to be, and the change of state that goes with it. */
  record Entry(
      String step,
      StepRecord.Kind kind,
      @Nullable String result,
      @Nullable SagaFailure failure,
      int attempts,
      Instant startedAt,
      Instant endedAt,
      @Nullable Transition transition) {}

  /** What is recorded of the step that the body reaches next; null when it has not been there. */
  @Nullable StepRecord replay(String identity) {
    if (replayed == forward.size()) {
      if (state == SagaState.COMPENSATING) {
        throw Unwind.replayed();
      }
      return null;
    }
    var expected = forward.get(replayed);
    if (!expected.step().equals(identity)) {
      throw diverged("came to step " + identity, expected);
    }
    replayed++;
    return expected;
  }

  /** Leaves the body of a saga that was cancelled before this pass. */
  void requireNotCancelled() {
    if (cancelReason != null) {
      throw Unwind.cancelled(cancelReason);
    }
  }

  /** As of the last commit. */
  SagaState state() {
    return state;
  }

  /** Whether what the body does now was done, and committed, before. */
  boolean isReplaying() {
    return state == SagaState.COMPENSATING || replayed < forward.size();
  }

  /** Must hold when the body ends. */
  void requireReplayed() {
    if (replayed < forward.size()) {
      throw diverged("ended", forward.get(replayed));
    }
  }

  boolean isUndone(String identity) {
    return undone.contains(identity);
  }

  private static Unwind diverged(String what, StepRecord expected) {
    return Unwind.stuck(
        "On replay the body "
            + what
            + " where step "
            + expected.step()
            + " is recorded (number "
            + expected.sequence()
            + "): its code changed under the same version, or depends on something that is not"
            + " recorded.");
  }

  void note(Entry entry) {
    pending.add(record(entry));
  }

  void publish(NewEvent<?> event) {
    events.add(event);
  }

  void dropEvents() {
    events.clear();
  }

  /** Commits what waits, with the change of state; nothing to commit costs nothing. */
  void commit(@Nullable Transition transition) throws PublishFailed {
    commit(transition, null);
  }

  /** Commits what waits, and gives the saga out of hand. */
  void commitAndLeave(Wait wait) throws PublishFailed {
    commit(null, wait);
  }

  /** Whether the time of what waited in the body has come. */
  boolean isDue(String identity) {
    return identity.equals(wakeStep);
  }

  private void commit(@Nullable Transition transition, @Nullable Wait wait) throws PublishFailed {
    var nothing = pending.isEmpty() && events.isEmpty() && transition == null && wait == null;
    var begins = pendingBeginning();
    if (begins != null && (nothing || !isTransactional())) {
      begin(begins);
    }
    if (nothing) {
      return;
    }
    try {
      if (begins != null && begins.isPending()) {
        commitIn(
            connection -> {
              publishAll(connection);
              return new Progress(pending, transition, wait);
            });
      } else if (events.isEmpty() || !isTransactional()) {
        for (var event : events) {
          publish(null, event);
        }
        store.commit(claim, new Progress(pending, transition, wait));
      } else {
        store.commitIn(
            claim,
            connection -> {
              publishAll(connection);
              return new Progress(pending, transition, wait);
            });
      }
    } catch (Exception e) {
      throw outcomeOf(e);
    }
    committed(transition);
  }

  /** Commits what waits and the rows and record of the code: all or nothing. */
  void commitWith(Recording code) throws Exception {
    if (!isTransactional()) {
      throw new SagaException(
          "This saga store offers no transactions: give the step an action without a connection.");
    }
    var before = sequence;
    var changed = new AtomicReference<@Nullable Transition>();
    try {
      commitIn(
          connection -> {
            sequence = before;
            publishAll(connection);
            var entry = code.run(connection);
            var records = new ArrayList<>(pending);
            records.add(record(entry));
            changed.set(entry.transition());
            return new Progress(records, entry.transition());
          });
    } catch (SagaClaimLostException e) {
      throw Unwind.claimLost(e);
    } catch (SagaCancelledException e) {
      sequence = before;
      throw Unwind.cancelled(e.reason());
    } catch (SagaStoreException e) {
      throw Unwind.storeFailed(e);
    } catch (Exception e) {
      sequence = before;
      throw e;
    }
    committed(changed.get());
  }

  private void commitIn(SagaWork work) throws Exception {
    var begins = pendingBeginning();
    if (begins == null) {
      store.commitIn(claim, work);
      return;
    }
    if (!begins.enter()) {
      begin(begins);
      store.commitIn(claim, work);
      return;
    }
    var shared = true;
    try {
      begins.ended(store.startWith(begins.saga(), claim, work));
    } catch (SagaStoreException e) {
      begins.leave();
      begin(begins);
      throw e;
    } catch (Exception e) {
      shared = begins.leave();
      engine.requireOpen();
      begin(begins);
      if (shared) {
        throw e;
      }
    } finally {
      begins.leave();
    }
    if (!shared) {
      // The starter had enough of waiting and interrupted the work, which is no failure of its own.
      store.commitIn(claim, work);
    }
  }

  private @Nullable Beginning pendingBeginning() {
    return beginning != null && beginning.isPending() ? beginning : null;
  }

  private void begin(Beginning begins) {
    StoredSaga found;
    try {
      found = engine.startStored(begins.saga());
    } catch (RuntimeException e) {
      begins.failed(e);
      throw Unwind.notStarted(String.valueOf(e.getMessage()));
    }
    begins.ended(found);
  }

  private boolean isTransactional() {
    return store.features().contains(SagaStore.Feature.CALLER_TRANSACTION);
  }

  private StepRecord record(Entry entry) {
    return new StepRecord(
        ++sequence,
        entry.step(),
        entry.kind(),
        entry.result(),
        entry.failure(),
        entry.attempts(),
        entry.startedAt(),
        entry.endedAt());
  }

  private void publishAll(Connection connection) throws PublishFailed {
    for (var event : events) {
      publish(connection, event);
    }
  }

  private void publish(@Nullable Connection connection, NewEvent<?> event) throws PublishFailed {
    try {
      if (connection == null) {
        bus.publish(event);
      } else {
        bus.publish(connection, event);
      }
    } catch (EventConflictException e) {
      throw Unwind.stuck(
          "On replay the body published "
              + event.type().name()
              + " with another payload than before: it depends on something that is not recorded.");
    } catch (RuntimeException e) {
      throw new PublishFailed(event, e);
    }
  }

  private static PublishFailed outcomeOf(Exception e) {
    return switch (e) {
      case SagaClaimLostException lost -> throw Unwind.claimLost(lost);
      case SagaCancelledException cancelled -> throw Unwind.cancelled(cancelled.reason());
      case PublishFailed failed -> failed;
      default -> throw Unwind.storeFailed(e);
    };
  }

  private void committed(@Nullable Transition transition) {
    if (transition != null) {
      state = transition.to();
    }
    pending.clear();
    events.clear();
  }
}
