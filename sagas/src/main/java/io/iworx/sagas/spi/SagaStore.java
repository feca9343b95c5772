package io.iworx.sagas.spi;

import io.iworx.sagas.SagaState;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where sagas and the records of their steps are kept. Implementations are safe for any thread;
 * every method blocks and is one transaction.
 *
 * <p>An open saga is held by one instance. The instance keeps its sagas as long as it shows a sign
 * of life ({@link #claim}) within its lease; time is the store's own, so clocks of instances do not
 * matter. Each change of holder raises the saga's fence, and {@link #commit} and {@link #commitIn}
 * refuse an older one: a holder that was paused past its lease changes nothing.
 *
 * <p>A method that cannot reach what it stores in throws {@link SagaStoreException}; whether it
 * took effect is unknown then.
 */
public interface SagaStore {

  /**
   * What an implementation may or may not offer. The contract suite reports a test of a missing
   * feature as not offered.
   */
  enum Feature {
    /** {@link #commitIn}: a step's rows and its record commit together. */
    CALLER_TRANSACTION
  }

  Set<Feature> features();

  /**
   * Keeps a new saga, held by the instance, unless its definition has one with this key already
   * (whatever its version or state). The instance has shown a sign of life by {@link #claim}
   * before.
   *
   * @return the saga that has the key now, without its step records
   */
  StoredSaga start(NewSaga saga, String instance);

  /**
   * Keeps a new saga in the caller's transaction, held by nobody and due at once when that commits;
   * never kept if it does not. Its first holder has fence 1.
   *
   * @return the saga that has the key now, without its step records
   * @throws IllegalStateException when {@link Feature#CALLER_TRANSACTION} is not offered, or the
   *     connection is in autocommit mode
   */
  StoredSaga startIn(Connection connection, NewSaga saga);

  /**
   * Keeps a new saga as {@link #start} does, in one transaction with the work and what it returns:
   * all or nothing. The work is not run when the definition has a saga with this key already.
   *
   * @return the saga that has the key now, without its step records
   * @throws IllegalStateException when {@link Feature#CALLER_TRANSACTION} is not offered
   * @throws Exception what the work throws, after a rollback
   */
  StoredSaga startWith(NewSaga saga, SagaClaim claim, SagaWork work) throws Exception;

  /**
   * Prolongs the instance's lease, then takes over open sagas of the given definitions whose
   * holder's lease has ended, or that have no holder: oldest first, at most {@code limit}. Waits of
   * theirs whose time has come get their record.
   *
   * @return those taken over, with their step records, and when the next lease of another ends
   */
  TakenOver claim(String instance, Duration lease, Set<DefinitionVersion> definitions, int limit);

  /**
   * The open sagas that the instance holds: for one that does not know what a {@link #claim} took
   * over, because its answer was lost.
   */
  Set<String> heldBy(String instance);

  /**
   * Adds step records and changes the state: both or neither.
   *
   * @throws SagaClaimLostException when another instance holds the saga, or it is no longer in the
   *     state that the transition leaves; nothing is changed then
   * @throws SagaCancelledException when cancellation of a RUNNING saga was asked for, and the
   *     change would let it go on or complete: without a transition, or with one to COMPLETED
   * @throws SagaStoreException also when a record with this sequence number exists
   */
  void commit(SagaClaim claim, Progress progress);

  /**
   * Runs the work in a transaction that also adds what the work returns, as {@link #commit} does:
   * all or nothing.
   *
   * @throws SagaClaimLostException as in {@link #commit}; the work is rolled back then
   * @throws SagaCancelledException as in {@link #commit}; the work is rolled back then
   * @throws IllegalStateException when {@link Feature#CALLER_TRANSACTION} is not offered
   * @throws Exception what the work throws, after a rollback
   */
  void commitIn(SagaClaim claim, SagaWork work) throws Exception;

  /**
   * Keeps an event, once by its id, and ends the waits for it. Of the waits of one saga it ends
   * one, and none twice; an event that was published before the saga was started ends none. A saga
   * that comes to wait later finds it too.
   *
   * @return how many waits it has ended, now or when it was kept before
   */
  int arrive(SagaEvent event);

  /**
   * When the oldest saga that is open or STUCK was started, on the store's time; empty for none.
   */
  Optional<Instant> oldestStart();

  /** What an operator sees and can do. */
  SagaOperations operations();

  /** Ends the instance's lease, so that others need not wait for its end. */
  void release(String instance);

  /** The saga with its step records, as of the last commit. */
  Optional<StoredSaga> find(String sagaId);

  /** Those of the sagas that are not open any more: ended, or STUCK. */
  Set<String> ended(Set<String> sagaIds);

  /** Sagas in one of the states, the latest first, without their step records. */
  List<StoredSaga> list(Set<SagaState> states, int limit);
}
