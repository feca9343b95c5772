package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.FailureKind;
import io.iworx.sagas.Branch;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.StepFailed;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sagas that are steps of others. */
abstract class SagaChildPromises extends SagaAwaitPromises {
  private static final Duration DAYS = Duration.ofDays(3);

  private SagaDefinition<Note, Note> child(Sagas instance, Body body) {
    return child(instance, "child", body);
  }

  private SagaDefinition<Note, Note> child(Sagas instance, String kind, Body body) {
    return instance.define(
        name + "-" + kind,
        1,
        Note.class,
        Note.class,
        (saga, input) -> new Note(body.run(saga, input)));
  }

  private SagaRun<Note> started(Body body) {
    return define(sagas, 1, body).start("k", new Note("in"));
  }

  private void doing(Saga saga, String what) {
    saga.step(what, () -> happen(what), _ -> happen("undo " + what));
  }

  private Body lasting(String what) {
    return (saga, _) -> {
      doing(saga, what);
      saga.sleep(DAYS);
      return "out";
    };
  }

  private static void refused(Saga saga) {
    saga.step("refused", () -> fail(new FailureKind.Permanent()));
  }

  private StoredSaga childOf(SagaRun<?> run, String definition) {
    return await()
        .until(
            () ->
                store().list(EnumSet.allOf(SagaState.class), 1_000).stream()
                    .filter(it -> it.definition().equals(definition))
                    .filter(it -> run.id().equals(it.parent()))
                    .findFirst()
                    .flatMap(it -> store().find(it.id())),
            Optional::isPresent)
        .orElseThrow();
  }

  private void awaitHappened(String what) {
    await().until(() -> happened.contains(what));
  }

  @Test
  void aChildIsAStepThatReturnsWhatItsBodyReturns() {
    var pay =
        child(
            sagas,
            (saga, input) -> {
              doing(saga, "pay");
              saga.step("after-the-look", () -> awaitHappened("looked at"));
              return input.text() + " paid";
            });
    var run =
        started(
            (saga, _) -> {
              doing(saga, "one");
              var paid = saga.child("payment", pay, new Note("7"));
              doing(saga, "two");
              return paid.text();
            });
    awaitHappened("pay");
    assertThat(store().find(run.id()).orElseThrow().instance())
        .as("no thread and no holder waits")
        .isNull();
    var started = childOf(run, pay.name());
    assertThat(sagas.operations().find(run.id()).orElseThrow().waitsFor())
        .contains("saga " + started.id() + " of step payment");
    assertThat(started.key()).isEqualTo(run.id() + "/payment");
    assertThat(started.correlation().causationId()).startsWith(run.id());
    happen("looked at");

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("7 paid")));
    assertThat(happened).containsExactly("one", "pay", "looked at", "two");
    assertThat(steps(run)).containsExactly("one", "payment", "two");
  }

  @Test
  void itsFailureIsTheFailureOfTheStep() {
    var pay =
        child(
            sagas,
            (saga, _) -> {
              doing(saga, "pay");
              refused(saga);
              return "out";
            });
    var result =
        run(
            (saga, _) -> {
              doing(saga, "one");
              return saga.child("payment", pay, new Note("7")).text();
            });
    assertThat(result)
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> {
              assertThat(it.failure().step()).isEqualTo("payment");
              assertThat(it.failure().kind()).isEqualTo(SagaFailure.Kind.PERMANENT);
              assertThat(it.failure().code()).isEqualTo("409");
              assertThat(it.failure().message())
                  .contains(pay.name(), "refused", "It is Permanent.");
            });
    assertThat(happened).containsExactly("one", "pay", "undo pay", "undo one");
  }

  @Test
  void aBodyMayCatchItAndGoAnotherWay() {
    var pay =
        child(
            sagas,
            (saga, _) -> {
              refused(saga);
              return "out";
            });
    var result =
        run(
            (saga, _) -> {
              try {
                return saga.child("payment", pay, new Note("7")).text();
              } catch (StepFailed e) {
                doing(saga, "other");
                saga.sleep(Duration.ofMillis(1));
                return "by other means";
              }
            });
    assertThat(result).isEqualTo(new Completed<>(new Note("by other means")));
    assertThat(happened).containsExactly("other");
  }

  @Test
  void aChildThatHasCompletedIsUndoneByItsOwnCompensations() {
    var ship = child(sagas, "grandchild", (saga, _) -> shipped(saga));
    var pay =
        child(
            sagas,
            (saga, input) -> {
              doing(saga, "pay");
              saga.child("shipping", ship, input);
              doing(saga, "receipt");
              return "paid";
            });
    var run =
        started(
            (saga, _) -> {
              doing(saga, "one");
              saga.child("payment", pay, new Note("7"));
              doing(saga, "two");
              refused(saga);
              return "out";
            });
    assertThat(run.await(SOON)).isInstanceOf(Compensated.class);
    assertThat(happened)
        .containsExactly(
            "one",
            "pay",
            "ship",
            "receipt",
            "two",
            "undo two",
            "undo receipt",
            "undo ship",
            "undo pay",
            "undo one");
    assertThat(store().find(run.id()).orElseThrow().steps())
        .filteredOn(it -> it.step().equals("payment"))
        .extracting(StepRecord::kind)
        .containsExactly(StepRecord.Kind.DONE, StepRecord.Kind.UNDONE);
    assertThat(childOf(run, pay.name()).state()).isEqualTo(SagaState.COMPENSATED);
  }

  private String shipped(Saga saga) {
    doing(saga, "ship");
    return "shipped";
  }

  @Test
  void cancellingTheParentCancelsTheChildAndAwaitsItsEnd() {
    var pay = child(sagas, lasting("pay"));
    var run =
        started(
            (saga, _) -> {
              doing(saga, "one");
              return saga.child("payment", pay, new Note("7")).text();
            });
    awaitHappened("pay");
    sagas.operations().cancel(run.id(), "not wanted");

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().step()).isEqualTo(SagaFailure.CANCEL));
    assertThat(happened).containsExactly("one", "pay", "undo pay", "undo one");
    assertThat(childOf(run, pay.name()).cancelReason()).contains(run.id());
  }

  @Test
  void aChildBesideABranchThatFailsIsCancelledAndEndsFirst() {
    var slow = child(sagas, "slow", lasting("slow"));
    var quick =
        child(
            sagas,
            "quick",
            (saga, _) -> {
              saga.step("after-slow", () -> awaitHappened("slow"));
              refused(saga);
              return "out";
            });
    var run =
        started(
            (saga, input) -> {
              var one = Branch.of("one", it -> it.child("slow", slow, input));
              var two = Branch.of("two", it -> it.child("quick", quick, input));
              try {
                saga.parallel(one, two);
              } catch (StepFailed e) {
                saga.step("caught", () -> happen("caught " + e.failure().step()), _ -> {});
              }
              return "out";
            });
    assertThat(run.await(SOON)).isInstanceOf(Completed.class);
    assertThat(happened).containsExactly("slow", "undo slow", "caught two/quick");
  }

  @Test
  void theEndOfTheParentsTimeCancelsIt() {
    var pay = child(sagas, lasting("pay"));
    var run =
        started(
            (saga, _) -> {
              saga.endWithin(Duration.ofSeconds(1));
              return saga.child("payment", pay, new Note("7")).text();
            });
    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().step()).isEqualTo("payment"));
    assertThat(happened).containsExactly("pay", "undo pay");
  }

  @Test
  void anotherInstanceGoesOnWithBoth() {
    Body paying =
        (saga, _) -> {
          doing(saga, "pay");
          saga.sleep(Duration.ofSeconds(1));
          return "paid";
        };
    var pay = child(sagas, paying);
    var run = started((saga, input) -> saga.child("payment", pay, input).text());
    awaitHappened("pay");
    sagas.close();
    var other = instance();
    var otherPay = child(other, paying);
    define(other, 1, (saga, input) -> saga.child("payment", otherPay, input).text());

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("paid")));
    assertThat(happened).containsExactly("pay");
  }

  @Test
  void noEndIsMissedHoweverItMeetsTheWait() {
    var pay = child(sagas, (_, input) -> input.text());
    var definition =
        define(
            sagas,
            1,
            (saga, input) -> {
              var first = Branch.of("first", it -> it.child("one", pay, new Note("1")).text());
              var second = Branch.of("second", it -> it.child("two", pay, new Note("2")).text());
              saga.parallel(first, second);
              return input.text() + first.result() + second.result();
            });
    var runs = new ArrayList<SagaRun<Note>>();
    for (var i = 0; i < 20; i++) {
      runs.add(definition.start("k" + i, new Note("a")));
    }
    assertThat(runs)
        .allSatisfy(run -> assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("a12"))));
  }

  @Test
  void refusesADefinitionOfOtherSagasAndLimitsThatAreTheChildsOwn() {
    var strange = child(instance(), (_, _) -> "out");
    var pay = child(sagas, "own", (_, _) -> "out");
    assertThat(run((saga, input) -> saga.child("payment", strange, input).text()))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("is defined"));
    name += "-2";
    assertThat(run((saga, input) -> saga.withTimeout(DAYS).child("payment", pay, input).text()))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("its own body"));
  }
}
