package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Uuid7;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaCancelledException;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaClaimLostException;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Transition;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What sagas write while another write is under way goes together, and each has its own outcome.
 */
class SagaWritesIT {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();
  private static final String INSTANCE = "writing";
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");

  private final PostgresSagaStore alone = PostgresSagaStore.create(DATABASE.pool());
  private GatedDataSource gated;
  private PostgresSagaStore store;

  @BeforeEach
  void open() {
    gated = new GatedDataSource(DATABASE.pool());
    store = PostgresSagaStore.create(gated.counted());
  }

  private static NewSaga saga(String key) {
    return new NewSaga(Uuid7.next(), "written", 1, key, "\"in\"", Correlation.currentOrFresh(), AT);
  }

  private List<StoredSaga> started(int count) {
    var sagas = new ArrayList<StoredSaga>();
    for (var i = 0; i < count; i++) {
      sagas.add(alone.start(saga(Uuid7.next()), INSTANCE));
    }
    return sagas;
  }

  private static SagaClaim claim(StoredSaga saga, long fence) {
    return new SagaClaim(saga.id(), INSTANCE, fence, Duration.ofSeconds(10));
  }

  private static StepRecord done(int sequence) {
    return new StepRecord(
        sequence, "step-" + sequence, StepRecord.Kind.DONE, "{\"a\": 1}", null, 1, AT, AT);
  }

  private static SagaFailure failure() {
    return new SagaFailure("step-1", "It is full.", SagaFailure.Kind.PERMANENT, "full", "detail");
  }

  /** Runs them so that the first goes when all others wait; what each threw, or null. */
  private AtomicReferenceArray<Throwable> together(List<Runnable> writes) {
    var thrown = new AtomicReferenceArray<Throwable>(writes.size());
    var threads = new ArrayList<Thread>();
    for (var i = 0; i < writes.size(); i++) {
      var place = i;
      threads.add(
          Thread.ofVirtual()
              .start(() -> thrown.set(place, catchThrowable(() -> writes.get(place).run()))));
      Awaitility.await().until(() -> threads.getLast().getState() == Thread.State.WAITING);
    }
    gated.open();
    Awaitility.await().until(() -> threads.stream().noneMatch(Thread::isAlive));
    return thrown;
  }

  @Test
  void whatStartsAtOnceIsStoredByOneStatementAsItWouldBeAlone() {
    var sagas = List.of(saga("one-" + Uuid7.next()), saga("two-" + Uuid7.next()));
    var thrown = together(sagas.stream().map(this::start).toList());

    assertThat(thrown.toString()).isEqualTo("[null, null]");
    // The first found nobody waiting before its connection, so that they are one batch.
    assertThat(gated.counted().statements).hasValue(1);
    for (var saga : sagas) {
      assertThat(alone.find(saga.id())).hasValue(saga.heldBy(INSTANCE, 1));
    }
  }

  private Runnable start(NewSaga saga) {
    return () -> assertThat(store.start(saga, INSTANCE)).isEqualTo(saga.heldBy(INSTANCE, 1));
  }

  @Test
  void aKeyThatIsTakenIsFoundWhileTheOthersStart() {
    var first = alone.start(saga("taken-" + Uuid7.next()), INSTANCE);
    var other = saga("free-" + Uuid7.next());
    var thrown =
        together(
            List.of(
                start(other),
                () ->
                    assertThat(store.start(saga(first.key()), INSTANCE).id())
                        .isEqualTo(first.id())));

    assertThat(thrown.toString()).isEqualTo("[null, null]");
    assertThat(alone.find(other.id())).isPresent();
  }

  @Test
  void recordsAndStatesGoTogetherAndEachSagaHasItsOwn() {
    var sagas = started(4);
    var fresh = saga("beside-" + Uuid7.next());
    var thrown =
        together(
            List.of(
                commit(sagas.get(0), 1, new Progress(List.of(done(1), done(2)), null)),
                commit(
                    sagas.get(1),
                    1,
                    new Progress(List.of(done(1)), Transition.completed("\"out\""))),
                commit(
                    sagas.get(2),
                    1,
                    new Progress(List.of(done(1)), Transition.compensating(failure()))),
                commit(
                    sagas.get(3),
                    1,
                    new Progress(List.of(), Transition.compensated(SagaState.RUNNING, failure()))),
                start(fresh)));

    assertThat(thrown.toString()).isEqualTo("[null, null, null, null, null]");
    assertThat(gated.counted().statements).hasValue(1);
    var first = alone.find(sagas.get(0).id()).orElseThrow();
    assertThat(first.state()).isEqualTo(SagaState.RUNNING);
    assertThat(first.steps()).containsExactly(done(1), done(2));
    var second = alone.find(sagas.get(1).id()).orElseThrow();
    assertThat(second.state()).isEqualTo(SagaState.COMPLETED);
    assertThat(second.output()).isEqualTo("\"out\"");
    assertThat(second.endedAt()).isNotNull();
    assertThat(second.steps()).containsExactly(done(1));
    var third = alone.find(sagas.get(2).id()).orElseThrow();
    assertThat(third.state()).isEqualTo(SagaState.COMPENSATING);
    assertThat(third.failure()).isEqualTo(failure());
    assertThat(third.endedAt()).isNull();
    assertThat(alone.find(sagas.get(3).id()).orElseThrow().state())
        .isEqualTo(SagaState.COMPENSATED);
    assertThat(alone.find(fresh.id())).isPresent();
  }

  @Test
  void whatIsRefusedKeepsNobodyElseFromBeingWritten() {
    var sagas = started(4);
    alone.operations().cancel(sagas.get(2).id(), "no longer wanted");
    var thrown =
        together(
            List.of(
                commit(sagas.get(0), 1, new Progress(List.of(done(1)), null)),
                commit(sagas.get(1), 0, new Progress(List.of(done(1)), null)),
                commit(sagas.get(2), 1, new Progress(List.of(done(1)), null)),
                commit(
                    sagas.get(3),
                    1,
                    new Progress(
                        List.of(), Transition.compensated(SagaState.COMPENSATING, failure())))));

    assertThat(thrown.get(0)).isNull();
    assertThat(thrown.get(1)).isInstanceOf(SagaClaimLostException.class);
    assertThat(thrown.get(2)).isInstanceOf(SagaCancelledException.class);
    assertThat(thrown.get(3)).isInstanceOf(SagaClaimLostException.class);
    assertThat(alone.find(sagas.get(0).id()).orElseThrow().steps()).containsExactly(done(1));
    for (var refused : sagas.subList(1, 4)) {
      var stored = alone.find(refused.id()).orElseThrow();
      assertThat(stored.steps()).isEmpty();
      assertThat(stored.state()).isEqualTo(SagaState.RUNNING);
    }
  }

  @Test
  void aRecordThatIsThereFailsItsOwnSagaAlone() {
    var sagas = started(2);
    alone.commit(claim(sagas.get(1), 1), new Progress(List.of(done(1)), null));
    var thrown =
        together(
            List.of(
                commit(sagas.get(0), 1, new Progress(List.of(done(1)), null)),
                commit(sagas.get(1), 1, new Progress(List.of(done(1)), null))));

    assertThat(thrown.get(0)).isNull();
    assertThat(thrown.get(1)).isInstanceOf(SagaStoreException.class);
    assertThat(alone.find(sagas.get(0).id()).orElseThrow().steps()).containsExactly(done(1));
  }

  @Test
  void aRowThatSomebodyLockedIsWaitedForByItsOwnSagaAlone() throws Exception {
    var sagas = started(2);
    var free = new CountDownLatch(1);
    try (var other = DATABASE.pool().getConnection()) {
      other.setAutoCommit(false);
      try (var lock =
          other.prepareStatement("SELECT id FROM sagas WHERE id = ?::uuid FOR UPDATE")) {
        lock.setString(1, sagas.get(1).id());
        lock.execute();
      }
      var thrown =
          Thread.ofVirtual()
              .start(
                  () ->
                      together(
                          List.of(
                              () -> {
                                commit(sagas.get(0), 1, new Progress(List.of(done(1)), null)).run();
                                free.countDown();
                              },
                              commit(sagas.get(1), 1, new Progress(List.of(done(1)), null)))));
      free.await();
      assertThat(alone.find(sagas.get(0).id()).orElseThrow().steps()).containsExactly(done(1));
      assertThat(alone.find(sagas.get(1).id()).orElseThrow().steps()).isEmpty();
      other.rollback();
      other.setAutoCommit(true);
      thrown.join();
    }
    assertThat(alone.find(sagas.get(1).id()).orElseThrow().steps()).containsExactly(done(1));
  }

  private Runnable commit(StoredSaga saga, long fence, Progress progress) {
    return () -> store.commit(claim(saga, fence), progress);
  }

  /** Gives its first connection when it is opened. */
  private static final class GatedDataSource {
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountedDataSource counted;

    GatedDataSource(ConnectionPool pool) {
      counted =
          new CountedDataSource(pool) {
            @Override
            public java.sql.Connection getConnection() throws SQLException {
              try {
                gate.await();
              } catch (InterruptedException e) {
                throw new SQLException(e);
              }
              return super.getConnection();
            }
          };
    }

    CountedDataSource counted() {
      return counted;
    }

    void open() {
      gate.countDown();
    }
  }
}
