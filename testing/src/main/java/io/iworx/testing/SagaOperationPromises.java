package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.FailureKind;
import io.iworx.correlation.IdempotencyKey;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.SagaOperation;
import io.iworx.sagas.spi.SagaOperationRefused;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.StepRecord;
import java.util.EnumSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What an operator can do with a saga that cannot go on by itself, or should not. */
abstract class SagaOperationPromises extends SagaDoubtPromises {
  private final AtomicBoolean repaired = new AtomicBoolean();

  @Test
  void retryRepeatsTheStepWithTheSameKey() {
    var keys = ConcurrentHashMap.<String>newKeySet();
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  saga.step("one", () -> happen("one"), _ -> happen("undo one"));
                  return saga.step(
                      "two",
                      () -> {
                        keys.add(IdempotencyKey.current().orElseThrow());
                        return unclearUntilRepaired("two");
                      },
                      _ -> {});
                })
            .start("k", new Note("in"));
    assertStuckAt(run, "two");
    repaired.set(true);
    operations().retry(run.id());

    assertThat(settled(run)).isEqualTo(new Completed<>(new Note("two")));
    assertThat(keys).hasSize(1);
    assertThat(happened).containsExactly("one", "two");
    var view = operations().find(run.id()).orElseThrow();
    assertThat(view.operations()).extracting(SagaOperation::action).containsExactly("retry");
    assertThat(view.saga().failure()).as("it did not fail in the end").isNull();
    assertThat(view.saga().stuckReason()).isNull();
  }

  @Test
  void aSkippedStepCountsAsNotDone() {
    var run = stuckAtTwo();
    operations().skip(run.id(), "the inventory has no such order", null);

    assertThat(settled(run))
        .isInstanceOfSatisfying(
            Compensated.class,
            it ->
                assertThat(it.failure())
                    .isEqualTo(
                        new SagaFailure(
                            "two",
                            "Skipped by an operator: the inventory has no such order",
                            SagaFailure.Kind.PERMANENT,
                            "skipped",
                            null)));
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void aStepSkippedWithItsResultCountsAsDone() {
    var run = stuckAtTwo();
    operations().skip(run.id(), "seen in the inventory", "\"by hand\"");

    assertThat(settled(run)).isEqualTo(new Completed<>(new Note("by hand")));
    assertThat(happened).containsExactly("one");
  }

  @Test
  void retryRepeatsACompensation() {
    var run = stuckAtUndoTwo();
    repaired.set(true);
    operations().retry(run.id());

    assertThat(settled(run))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).isEqualTo("late"));
    assertThat(happened).containsExactly("one", "two", "undo two", "undo one");
  }

  @Test
  void aSkippedCompensationCountsAsDoneAndTheOthersFollow() {
    var run = stuckAtUndoTwo();
    operations().skip(run.id(), "undone by hand", null);

    assertThat(settled(run)).isInstanceOf(Compensated.class);
    assertThat(happened).containsExactly("one", "two", "undo one");
    assertThat(operations().find(run.id()).orElseThrow().saga().steps())
        .extracting(step -> step.kind() + " " + step.step())
        .containsExactly("DONE one", "DONE two", "UNDONE two", "UNDONE one");
  }

  @Test
  void resumeGoesOnOnceTheCodeIsCorrected() {
    var run = stoppedAfterOne();
    var wrong = instance();
    define(wrong, 1, (saga, _) -> saga.step("uno", () -> happen("uno"), _ -> {}));
    assertThat(run.await(SOON)).isInstanceOf(Stuck.class);
    assertThatThrownBy(() -> operations().retry(run.id()))
        .isInstanceOf(SagaOperationRefused.class)
        .hasMessageContaining("resume");
    wrong.close();
    define(instance(), 1, (saga, _) -> saga.step("one", () -> happen("again"), _ -> {}));
    operations().resume(run.id());

    assertThat(settled(run)).isEqualTo(new Completed<>(new Note("one")));
    assertThat(happened).containsExactly("one");
  }

  @Test
  void whatIsNotStuckIsNotRetried() {
    var run = define(sagas, 1, (_, _) -> "out").start("k", new Note("in"));
    run.await(SOON);

    assertThatThrownBy(() -> operations().retry(run.id()))
        .isInstanceOf(SagaOperationRefused.class)
        .hasMessageContaining("COMPLETED");
    assertThatThrownBy(() -> operations().cancel(run.id(), "late"))
        .isInstanceOf(SagaOperationRefused.class)
        .hasMessageContaining("COMPLETED");
    assertThatThrownBy(() -> operations().resume("019ab300-0000-7000-8000-000000000000"))
        .isInstanceOf(SagaOperationRefused.class)
        .hasMessageContaining("no saga");
  }

  @Test
  void cancelTakesEffectAtTheNextBoundaryOfAStep() throws Exception {
    var reached = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  saga.step("one", () -> happen("one"), _ -> happen("undo one"));
                  saga.step(
                      "two",
                      () -> {
                        reached.countDown();
                        goOn.await();
                        happen("two");
                      },
                      () -> happen("undo two"));
                  return saga.step("three", () -> happen("three"), _ -> happen("undo three"));
                })
            .start("k", new Note("in"));
    reached.await();
    operations().cancel(run.id(), "not wanted any more");
    operations().cancel(run.id(), "twice");
    goOn.countDown();

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> {
              assertThat(it.failure().step()).isEqualTo(SagaFailure.CANCEL);
              assertThat(it.failure().message()).isEqualTo("not wanted any more");
            });
    assertThat(happened).containsExactly("one", "two", "undo two", "undo one");
    assertThat(operations().find(run.id()).orElseThrow().operations()).hasSize(1);
  }

  @Test
  void cancelWithinTheLastStepComesBeforeTheEnd() throws Exception {
    var reached = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var run =
        define(
                sagas,
                1,
                (saga, _) ->
                    saga.step(
                        "one",
                        () -> {
                          reached.countDown();
                          goOn.await();
                          return happen("one");
                        },
                        _ -> happen("undo one")))
            .start("k", new Note("in"));
    reached.await();
    operations().cancel(run.id(), "no");
    goOn.countDown();

    assertThat(run.await(SOON)).isInstanceOf(Compensated.class);
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void aCancelledSagaRunsNoStepThatTakesTheConnection() throws Exception {
    var effects = offeredEffects();
    var reached = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  saga.step(
                      "one",
                      () -> {
                        reached.countDown();
                        goOn.await();
                      });
                  saga.step("two", connection -> effects.add(connection, name));
                  return "out";
                })
            .start("k", new Note("in"));
    reached.await();
    operations().cancel(run.id(), "no");
    goOn.countDown();

    assertThat(run.await(SOON)).isInstanceOf(Compensated.class);
    assertThat(effects.count(name)).isZero();
  }

  @Test
  void saysWhichVersionASagaWaitsFor() {
    var run = stoppedAfterOne();
    define(instance(), 2, (_, _) -> "new");

    var view =
        await().until(() -> operations().find(run.id()).orElseThrow(), it -> it.waitsFor() != null);
    assertThat(view.waitsFor()).isEqualTo("version 1 of " + name);
    assertThat(operations().list(EnumSet.of(SagaState.RUNNING), name, 10))
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.saga().id()).isEqualTo(run.id());
              assertThat(it.waitsFor()).isEqualTo("version 1 of " + name);
            });
    assertThat(operations().list(EnumSet.of(SagaState.STUCK), name, 10)).isEmpty();
  }

  private SagaOperations operations() {
    return sagas.operations();
  }

  private String unclearUntilRepaired(String what) {
    if (!repaired.get()) {
      fail(new FailureKind.Unknown());
    }
    return happen(what);
  }

  private SagaRun<Note> stuckAtTwo() {
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  saga.step("one", () -> happen("one"), _ -> happen("undo one"));
                  return saga.step("two", () -> unclearUntilRepaired("two"), _ -> {});
                })
            .start("k", new Note("in"));
    assertStuckAt(run, "two");
    return run;
  }

  private SagaRun<Note> stuckAtUndoTwo() {
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  saga.step("one", () -> happen("one"), _ -> happen("undo one"));
                  saga.step("two", () -> happen("two"), _ -> unclearUntilRepaired("undo two"));
                  throw new IllegalStateException("late");
                })
            .start("k", new Note("in"));
    assertStuckAt(run, "two/undo");
    return run;
  }

  private void assertStuckAt(SagaRun<?> run, String step) {
    assertThat(run.await(SOON)).isInstanceOf(Stuck.class);
    assertThat(store().find(run.id()).orElseThrow().stuckStep()).isEqualTo(step);
  }

  private SagaRun<Note> stoppedAfterOne() {
    var reached = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  var one = saga.step("one", () -> happen("one"), _ -> {});
                  reached.countDown();
                  never.await();
                  return one;
                })
            .start("k", new Note("in"));
    try {
      reached.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    sagas.close();
    assertThat(store().find(run.id()).orElseThrow().steps())
        .as("recorded before closing")
        .extracting(StepRecord::step)
        .containsExactly("one");
    return run;
  }

  /** Once it is not STUCK any more. */
  private SagaResult<Note> settled(SagaRun<Note> run) {
    return await()
        .until(
            () -> run.await(SOON),
            result -> !(result instanceof Stuck) && !(result instanceof SagaResult.Running));
  }
}
