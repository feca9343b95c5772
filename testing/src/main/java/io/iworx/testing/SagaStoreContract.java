package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.correlation.Uuid7;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaClaimLostException;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link SagaStore} does. Each test uses a definition of its own. */
public abstract class SagaStoreContract {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Instant NOW = Instant.parse("2026-11-23T10:15:30.123456Z");
  private static final SagaFailure FAILURE =
      new SagaFailure(
          "reserve", "2 parts are missing", SagaFailure.Kind.PERMANENT, "409", "{\"missing\":2}");

  private final DefinitionVersion definition = new DefinitionVersion("saga-" + Uuid7.next(), 1);
  private final String first = "first-" + Uuid7.next();
  private final String second = "second-" + Uuid7.next();

  /** The store under test; others may use it at the same time. */
  protected abstract SagaStore store();

  /** A table of effects in the store's database; null when it has none. */
  protected abstract @Nullable Effects effects();

  @Test
  void startsOncePerKey() {
    live(first, LONG);
    live(second, LONG);
    var started = store().start(saga("k", "{\"a\":1}"), first);
    var again = store().start(saga("k", "{\"a\":2}"), second);

    assertThat(again.id()).isEqualTo(started.id());
    assertThat(again.input()).isEqualTo("{\"a\":1}");
    assertThat(again.instance()).isEqualTo(first);
    assertThat(store().start(saga("other", "{}"), first).id()).isNotEqualTo(started.id());
  }

  @Test
  void ofManyStartersOfOneKeyOneWins() throws Exception {
    live(first, LONG);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<String> start = () -> store().start(saga("k", "{}"), first).id();
      var ids = new HashSet<String>();
      for (var started : threads.invokeAll(IntStream.range(0, 16).mapToObj(_ -> start).toList())) {
        ids.add(started.get());
      }
      assertThat(ids).hasSize(1);
    }
  }

  @Test
  void theSameIdTwiceIsTheSameStart() {
    live(first, LONG);
    var saga = saga("k", "{}");
    store().start(saga, first);

    assertThat(store().start(saga, first).id()).isEqualTo(saga.id());
  }

  @Test
  void keepsWhatItWasStartedWith() {
    live(first, LONG);
    var correlation =
        Correlation.of("c-1")
            .withCausationId("hop-1")
            .withCallingService("work-order-service")
            .withIdentity(new Identity("ada", "acme", true))
            .withDeadline(NOW);
    var started =
        store()
            .start(
                new NewSaga(
                    Uuid7.next(), definition.name(), 1, "k", "{\"a\":\"ü\"}", correlation, NOW),
                first);

    var found = found(started.id());
    assertThat(found.correlation()).isEqualTo(correlation.withDeadline(null));
    assertThat(found.input()).isEqualTo("{\"a\":\"ü\"}");
    assertThat(found.state()).isEqualTo(SagaState.RUNNING);
    assertThat(found.startedAt()).isEqualTo(NOW);
    assertThat(found.fence()).isEqualTo(1);
    assertThat(found.steps()).isEmpty();
  }

  @Test
  void keepsRecordsInTheirOrder() {
    var claim = started();
    var one = done(1, "create");
    var two = new StepRecord(2, "reserve", StepRecord.Kind.FAILED, null, FAILURE, 3, NOW, NOW);
    store().commit(claim, new Progress(List.of(one), null));
    store().commit(claim, new Progress(List.of(two), Transition.compensating(FAILURE)));
    var three = new StepRecord(3, "create", StepRecord.Kind.UNDONE, null, null, 1, NOW, NOW);
    store()
        .commit(
            claim,
            new Progress(List.of(three), Transition.compensated(SagaState.COMPENSATING, FAILURE)));

    var saga = found(claim.sagaId());
    assertThat(saga.steps()).containsExactly(one, two, three);
    assertThat(saga.state()).isEqualTo(SagaState.COMPENSATED);
    assertThat(saga.failure()).isEqualTo(FAILURE);
    assertThat(saga.endedAt()).isNotNull();
  }

  @Test
  void keepsTheOutputOrTheReason() {
    var completed = started();
    store().commit(completed, new Progress(List.of(), Transition.completed("{\"id\":7}")));
    var stuck = started("other");
    store()
        .commit(
            stuck,
            new Progress(
                List.of(), Transition.stuck(SagaState.RUNNING, FAILURE, "No answer.", "reserve")));

    assertThat(found(completed.sagaId()).output()).isEqualTo("{\"id\":7}");
    assertThat(found(stuck.sagaId()).stuckReason()).isEqualTo("No answer.");
    assertThat(store().list(EnumSet.of(SagaState.STUCK), 1_000))
        .extracting(StoredSaga::id)
        .contains(stuck.sagaId())
        .doesNotContain(completed.sagaId());
  }

  @Test
  void refusesAChangeFromAnotherState() {
    var claim = started();
    store().commit(claim, new Progress(List.of(), Transition.completed("1")));

    assertThatThrownBy(
            () -> store().commit(claim, new Progress(List.of(), Transition.completed("2"))))
        .isInstanceOf(SagaClaimLostException.class);
    assertThatThrownBy(() -> store().commit(claim, new Progress(List.of(done(1, "late")), null)))
        .isInstanceOf(SagaClaimLostException.class);
    assertThat(found(claim.sagaId()).output()).isEqualTo("1");
    assertThat(found(claim.sagaId()).steps()).isEmpty();
  }

  @Test
  void refusesASecondRecordAtTheSamePlace() {
    var claim = started();
    store().commit(claim, new Progress(List.of(done(1, "create")), null));

    assertThatThrownBy(
            () ->
                store()
                    .commit(
                        claim, new Progress(List.of(done(1, "other")), Transition.completed("1"))))
        .isInstanceOf(SagaStoreException.class);
    assertThat(found(claim.sagaId()).state()).isEqualTo(SagaState.RUNNING);
    assertThat(found(claim.sagaId()).steps()).hasSize(1);
  }

  @Test
  void takesOverWhenTheLeaseHasEnded() {
    live(first, SHORT);
    var saga = store().start(saga("k", "{}"), first);
    store().commit(claim(saga), new Progress(List.of(done(1, "create")), null));

    var taken = awaitTakeover();

    assertThat(taken.id()).isEqualTo(saga.id());
    assertThat(taken.instance()).isEqualTo(second);
    assertThat(taken.fence()).isEqualTo(2);
    assertThat(taken.steps()).extracting(StepRecord::step).containsExactly("create");
  }

  @Test
  void refusesAHolderThatWasTakenOver() {
    live(first, SHORT);
    var old = claim(store().start(saga("k", "{}"), first));
    var taken = awaitTakeover();

    live(first, LONG);
    assertThatThrownBy(() -> store().commit(old, new Progress(List.of(done(1, "late")), null)))
        .isInstanceOf(SagaClaimLostException.class);
    store().commit(claim(taken), new Progress(List.of(done(1, "create")), null));
    assertThat(found(old.sagaId()).steps()).extracting(StepRecord::step).containsExactly("create");
  }

  @Test
  void leavesASagaToALivingHolder() {
    live(first, LONG);
    store().start(saga("k", "{}"), first);

    assertThat(store().claim(second, LONG, Set.of(definition), 10).sagas()).isEmpty();
    assertThat(store().claim(first, LONG, Set.of(definition), 10).sagas()).isEmpty();
  }

  @Test
  void takesOverAtOnceWhenTheHolderHasReleased() {
    var claim = started();
    store().release(first);

    assertThat(store().claim(second, LONG, Set.of(definition), 10).sagas())
        .extracting(StoredSaga::id)
        .containsExactly(claim.sagaId());
  }

  @Test
  void saysWhenTheNextLeaseOfAnotherEnds() {
    live(first, Duration.ofSeconds(2));

    assertThat(store().claim(second, LONG, Set.of(definition), 10).nextLeaseEnd())
        .isPositive()
        .isLessThanOrEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void takesOverOnlyWhatTheInstanceCanRun() {
    started();
    store().release(first);

    var otherVersion = new DefinitionVersion(definition.name(), 2);
    assertThat(store().claim(second, LONG, Set.of(otherVersion), 10).sagas()).isEmpty();
  }

  @Test
  void takesOverTheOldestFirstAndNoMoreThanAsked() {
    live(first, LONG);
    var ids =
        IntStream.range(0, 5)
            .mapToObj(i -> store().start(saga("k" + i, "{}"), first).id())
            .toList();
    store().release(first);

    assertThat(store().claim(second, LONG, Set.of(definition), 3).sagas())
        .extracting(StoredSaga::id)
        .containsExactlyInAnyOrderElementsOf(ids.subList(0, 3));
    assertThat(store().claim(second, LONG, Set.of(definition), 3).sagas())
        .extracting(StoredSaga::id)
        .containsExactlyInAnyOrderElementsOf(ids.subList(3, 5));
  }

  @Test
  void doesNotTakeOverWhatHasEnded() {
    var claim = started();
    store().commit(claim, new Progress(List.of(), Transition.completed("1")));
    store().release(first);

    assertThat(store().claim(second, LONG, Set.of(definition), 10).sagas()).isEmpty();
  }

  @Test
  void rowsAndRecordCommitTogether() throws Exception {
    var effects = offeredEffects();
    var claim = started();
    store()
        .commitIn(
            claim,
            connection -> {
              effects.add(connection, claim.sagaId());
              return new Progress(List.of(done(1, "create")), null);
            });

    assertThat(effects.count(claim.sagaId())).isEqualTo(1);
    assertThat(found(claim.sagaId()).steps()).hasSize(1);
  }

  @Test
  void aFailingWorkLeavesNeitherRowsNorRecord() throws Exception {
    var effects = offeredEffects();
    var claim = started();

    assertThatThrownBy(
            () ->
                store()
                    .commitIn(
                        claim,
                        connection -> {
                          effects.add(connection, claim.sagaId());
                          throw new IllegalArgumentException("no");
                        }))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(effects.count(claim.sagaId())).isZero();
    assertThat(found(claim.sagaId()).steps()).isEmpty();
  }

  @Test
  void aHolderThatWasTakenOverLeavesNoRows() throws Exception {
    var effects = offeredEffects();
    live(first, SHORT);
    var old = claim(store().start(saga("k", "{}"), first));

    assertThatThrownBy(
            () ->
                store()
                    .commitIn(
                        old,
                        connection -> {
                          effects.add(connection, old.sagaId());
                          awaitTakeover();
                          return new Progress(List.of(done(1, "late")), null);
                        }))
        .isInstanceOf(SagaClaimLostException.class);
    assertThat(effects.count(old.sagaId())).isZero();
    assertThat(found(old.sagaId()).steps()).isEmpty();
  }

  @Test
  void aSecondRecordAtTheSamePlaceLeavesNoRows() throws Exception {
    var effects = offeredEffects();
    var claim = started();
    store().commit(claim, new Progress(List.of(done(1, "create")), null));

    assertThatThrownBy(
            () ->
                store()
                    .commitIn(
                        claim,
                        connection -> {
                          effects.add(connection, claim.sagaId());
                          return new Progress(List.of(done(1, "create")), null);
                        }))
        .isInstanceOf(SagaStoreException.class);
    assertThat(effects.count(claim.sagaId())).isZero();
  }

  @Test
  void anUnknownIdIsNoSaga() {
    assertThat(store().find(Uuid7.next())).isEmpty();
    assertThat(store().find("no id")).isEmpty();
  }

  private Effects offeredEffects() {
    var effects = effects();
    assumeTrue(
        effects != null && store().features().contains(SagaStore.Feature.CALLER_TRANSACTION),
        "not offered: CALLER_TRANSACTION");
    return effects;
  }

  private void live(String instance, Duration lease) {
    store().claim(instance, lease, Set.of(), 0);
  }

  private SagaClaim started() {
    return started("k");
  }

  private SagaClaim started(String key) {
    live(first, LONG);
    return claim(store().start(saga(key, "{}"), first));
  }

  private StoredSaga awaitTakeover() {
    return await()
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(10))
        .until(
            () -> store().claim(second, LONG, Set.of(definition), 10).sagas(),
            taken -> !taken.isEmpty())
        .getFirst();
  }

  private StoredSaga found(String id) {
    return store().find(id).orElseThrow();
  }

  private NewSaga saga(String key, String input) {
    return new NewSaga(Uuid7.next(), definition.name(), 1, key, input, Correlation.fresh(), NOW);
  }

  private static SagaClaim claim(StoredSaga saga) {
    return new SagaClaim(
        saga.id(), String.valueOf(saga.instance()), saga.fence(), Duration.ofSeconds(30));
  }

  private static StepRecord done(int sequence, String step) {
    return new StepRecord(sequence, step, StepRecord.Kind.DONE, "{\"a\":1}", null, 1, NOW, NOW);
  }
}
