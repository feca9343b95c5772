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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The records of one saga during one pass of its body: first read back in order, then added to.
 *
 * <p>A record of a step that took no connection waits here for the next commit, as events do; each
 * method that has an outside effect to come must call {@link #commit} before it. Safe for the
 * threads of a saga's branches: one commit at a time, in which whatever waits takes part. So steps
 * that take the connection run one after the other, also those of different branches.
 */
final class Journal {
  private final SagaEngine engine;
  private final SagaStore store;
  private final EventBus bus;
  private final SagaClaim claim;
  private final Map<String, Replay> replays = new ConcurrentHashMap<>();
  private final Set<String> undone = new HashSet<>();
  private final Map<String, Integer> sequences = new ConcurrentHashMap<>();
  private final Pending pending = new Pending();
  private final ReentrantLock committing = new ReentrantLock();
  private final @Nullable String cancelReason;
  private final @Nullable Beginning beginning;
  private volatile SagaState state;
  private volatile @Nullable Unwind over;
  private int sequence;

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
    for (var step : saga.steps()) {
      sequence = step.sequence();
      switch (step.kind()) {
        case DONE, FAILED, NOTED -> {
          replay(path(step.step())).add(step);
          sequences.put(step.step(), step.sequence());
        }
        case UNDONE -> undone.add(step.step());
      }
    }
  }

  /** Where a step belongs: the branches it is in, each with a slash behind it. */
  private static String path(String identity) {
    return identity.substring(0, identity.lastIndexOf('/') + 1);
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
      @Nullable Transition transition) {

    StepRecord numbered(int sequence) {
      return new StepRecord(sequence, step, kind, result, failure, attempts, startedAt, endedAt);
    }
  }

  /** What is recorded of the body itself (an empty path) or of a branch. */
  Replay replay(String path) {
    return replays.computeIfAbsent(path, _ -> new Replay());
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

  /** Must hold when the body ends. */
  void requireReplayed() {
    replays.values().forEach(Replay::requireOver);
  }

  boolean isUndone(String identity) {
    return undone.contains(identity);
  }

  /** The order in which steps were recorded, of those that are committed. */
  int sequenceOf(String identity) {
    return sequences.getOrDefault(identity, Integer.MAX_VALUE);
  }

  void note(Entry entry) {
    pending.note(entry);
  }

  void publish(NewEvent<?> event) {
    pending.publish(event);
  }

  void dropEvents() {
    pending.dropEvents();
  }

  /** Commits what waits, with the change of state; nothing to commit costs nothing. */
  void commit(@Nullable Transition transition) throws PublishFailed {
    commit(transition, List.of());
  }

  /** Commits what waits, and gives the saga out of hand. */
  void commitAndLeave(List<Wait> waits) throws PublishFailed {
    commit(null, waits);
  }

  private void commit(@Nullable Transition transition, List<Wait> waits) throws PublishFailed {
    requireRecording();
    if (transition == null
        && waits.isEmpty()
        && pendingBeginning() == null
        && pending.now().isEmpty()) {
      return;
    }
    committing.lock();
    try {
      requireRecording();
      commitNow(pending.now(), transition, waits);
    } catch (Exception e) {
      throw outcomeOf(e);
    } catch (Unwind e) {
      throw noted(e);
    } finally {
      committing.unlock();
    }
  }

  private void commitNow(Pending.Batch batch, @Nullable Transition transition, List<Wait> waits)
      throws Exception {
    var nothing = batch.isEmpty() && transition == null && waits.isEmpty();
    var begins = pendingBeginning();
    if (begins != null && (nothing || !isTransactional())) {
      begin(begins);
    }
    if (nothing) {
      return;
    }
    var progress = new Progress(numbered(batch.entries()), transition, waits);
    if (begins != null && begins.isPending()) {
      commitIn(
          connection -> {
            publishAll(connection, batch);
            return progress;
          });
    } else if (batch.events().isEmpty() || !isTransactional()) {
      publishAll(null, batch);
      store.commit(claim, progress);
    } else {
      store.commitIn(
          claim,
          connection -> {
            publishAll(connection, batch);
            return progress;
          });
    }
    committed(batch, progress);
  }

  /** Commits what waits and the rows and record of the code: all or nothing. */
  void commitWith(Recording code) throws Exception {
    if (!isTransactional()) {
      throw new SagaException(
          "This saga store offers no transactions: give the step an action without a connection.");
    }
    committing.lock();
    try {
      requireRecording();
      var batch = pending.now();
      var made = new AtomicReference<@Nullable Progress>();
      commitIn(
          connection -> {
            publishAll(connection, batch);
            var entry = code.run(connection);
            var entries = new ArrayList<>(batch.entries());
            entries.add(entry);
            var progress = new Progress(numbered(entries), entry.transition());
            made.set(progress);
            return progress;
          });
      committed(batch, Objects.requireNonNull(made.get(), "committed"));
    } catch (SagaClaimLostException e) {
      throw noted(Unwind.claimLost(e));
    } catch (SagaCancelledException e) {
      throw Unwind.cancelled(e.reason());
    } catch (SagaStoreException e) {
      throw noted(Unwind.storeFailed(e));
    } catch (Unwind e) {
      throw noted(e);
    } finally {
      committing.unlock();
    }
  }

  /** Once nobody knows what is recorded, no branch may record, or begin, anything more. */
  private Unwind noted(Unwind e) {
    if (e.why().endsRecording()) {
      over = e;
    }
    return e;
  }

  private void requireRecording() {
    var ended = over;
    if (ended != null) {
      throw ended;
    }
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

  private List<StepRecord> numbered(List<Entry> entries) {
    var records = new ArrayList<StepRecord>(entries.size());
    for (var entry : entries) {
      records.add(entry.numbered(sequence + records.size() + 1));
    }
    return records;
  }

  private void publishAll(@Nullable Connection connection, Pending.Batch batch)
      throws PublishFailed {
    for (var event : batch.events()) {
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

  private PublishFailed outcomeOf(Exception e) {
    return switch (e) {
      case SagaClaimLostException lost -> throw noted(Unwind.claimLost(lost));
      case SagaCancelledException cancelled -> throw Unwind.cancelled(cancelled.reason());
      case PublishFailed failed -> failed;
      default -> throw noted(Unwind.storeFailed(e));
    };
  }

  private void committed(Pending.Batch batch, Progress progress) {
    sequence += progress.records().size();
    for (var step : progress.records()) {
      if (step.kind() != StepRecord.Kind.UNDONE) {
        sequences.put(step.step(), step.sequence());
      }
    }
    var transition = progress.transition();
    if (transition != null) {
      state = transition.to();
    }
    pending.committed(batch);
  }
}
