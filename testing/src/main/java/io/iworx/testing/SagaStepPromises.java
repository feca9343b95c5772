package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.correlation.IdempotencyKey;
import io.iworx.correlation.Identity;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.sagas.Compensation;
import io.iworx.sagas.SagaConflictException;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.StepFailed;
import io.iworx.sagas.spi.StepRecord;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What steps and compensations do while nothing crashes. */
abstract class SagaStepPromises extends SagasFixture {
  @Test
  void runsItsStepsAndReturns() {
    var result =
        run(
            (saga, input) -> {
              var one = saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              saga.step("two", () -> happen("two"), () -> happen("undo two"));
              return input.text() + " " + one;
            });

    assertThat(result).isEqualTo(new Completed<>(new Note("in one")));
    assertThat(happened).containsExactly("one", "two");
  }

  @Test
  void recordsEachStepOnce() {
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  for (var i = 0; i < 3; i++) {
                    saga.step("reserve", () -> happen("reserve"), Compensation.none());
                  }
                  return "out";
                })
            .start("k", new Note("in"));
    run.await(SOON);

    assertThat(steps(run)).containsExactly("reserve", "reserve#2", "reserve#3");
    assertThat(store().find(run.id()).orElseThrow().output()).contains("out");
  }

  @Test
  void undoesInReverseWhatWasDone() {
    var result =
        run(
            (saga, _) -> {
              saga.step("one", () -> new Note("1"), it -> happen("undo " + it.text()));
              saga.step("two", () -> new Note("2"), it -> happen("undo " + it.text()));
              saga.step("question", () -> new Note("?"), Compensation.none());
              saga.step("three", () -> fail(new FailureKind.Permanent()), () -> happen("never"));
              return "out";
            });

    assertThat(result)
        .isEqualTo(
            new Compensated<>(
                new SagaFailure(
                    "three",
                    "It is Permanent.",
                    SagaFailure.Kind.PERMANENT,
                    "409",
                    "{\"missing\":2}")));
    assertThat(happened).containsExactly("undo 2", "undo 1");
  }

  @Test
  void undoesWhenTheBodyItselfThrows() {
    var result =
        run(
            (saga, _) -> {
              saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              throw new IllegalArgumentException("no such asset");
            });

    assertThat(result)
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> {
              assertThat(it.failure().step()).isEqualTo(SagaFailure.BODY);
              assertThat(it.failure().message()).isEqualTo("no such asset");
            });
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void repeatsWhatMayBeRepeated() {
    var attempts = new AtomicInteger();
    var result =
        run(
            (saga, _) ->
                saga.step(
                    "one",
                    () -> {
                      if (attempts.incrementAndGet() < 3) {
                        fail(new FailureKind.Retryable());
                      }
                      return "third";
                    },
                    Compensation.none()));

    assertThat(result).isEqualTo(new Completed<>(new Note("third")));
  }

  @Test
  void neverRepeatsARefusal() {
    var attempts = new AtomicInteger();
    run(
        (saga, _) -> {
          saga.step(
              "one",
              () -> {
                attempts.incrementAndGet();
                throw new PermanentFailure("no");
              });
          return "out";
        });

    assertThat(attempts).hasValue(1);
  }

  @Test
  void repeatsAnUnclearStepWithTheSameKey() {
    var keys = ConcurrentHashMap.<String>newKeySet();
    var attempts = new AtomicInteger();
    var result =
        run(
            (saga, _) -> {
              saga.step(
                  "one",
                  () -> {
                    keys.add(IdempotencyKey.current().orElseThrow());
                    keys.add(saga.idempotencyKey());
                    if (attempts.incrementAndGet() < 3) {
                      fail(new FailureKind.Unknown());
                    }
                  });
              return "out";
            });

    assertThat(result).isInstanceOf(Completed.class);
    assertThat(attempts).hasValue(3);
    assertThat(keys).hasSize(1).allMatch(key -> key.endsWith("/one"));
  }

  @Test
  void isStuckRatherThanBlindlyUndone() {
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  saga.step("one", () -> happen("one"), _ -> happen("undo one"));
                  saga.step("two", () -> fail(new FailureKind.Unknown()));
                  return "out";
                })
            .start("k", new Note("in"));

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("two", "may have happened"));
    assertThat(happened).containsExactly("one");
    var saga = store().find(run.id()).orElseThrow();
    assertThat(saga.state()).isEqualTo(SagaState.STUCK);
    assertThat(saga.steps()).extracting(StepRecord::step).containsExactly("one");
    assertThat(saga.failure()).extracting(SagaFailure::kind).isEqualTo(SagaFailure.Kind.UNKNOWN);
  }

  @Test
  void isStuckWhenAStepCannotBeUndone() {
    var result =
        run(
            (saga, _) -> {
              saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              saga.step("two", () -> happen("two"), _ -> fail(new FailureKind.Retryable()));
              throw new IllegalStateException("late");
            });

    assertThat(result)
        .isInstanceOfSatisfying(
            Stuck.class,
            it -> assertThat(it.reason()).contains("two", COMPENSATION_ATTEMPTS + " attempts"));
    assertThat(happened).containsExactly("one", "two");
  }

  @Test
  void aBodyMayGoAnotherWay() {
    var result =
        run(
            (saga, _) -> {
              try {
                saga.step("one", () -> fail(new FailureKind.Permanent()));
              } catch (StepFailed e) {
                return saga.step("other", () -> e.failure().step(), Compensation.none());
              }
              return "out";
            });

    assertThat(result).isEqualTo(new Completed<>(new Note("one")));
  }

  @Test
  void startsOncePerKey() {
    var definition = define(sagas, 1, (saga, in) -> saga.step("a", () -> happen("a"), _ -> {}));
    var first = definition.start("k", new Note("in"));
    assertThat(first.await(SOON)).isInstanceOf(Completed.class);

    var again = definition.start("k", new Note("in"));
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.await(SOON)).isEqualTo(new Completed<>(new Note("a")));
    assertThatThrownBy(() -> definition.start("k", new Note("other")))
        .isInstanceOf(SagaConflictException.class)
        .hasMessageContaining(first.id());
    assertThat(happened).containsExactly("a");
  }

  @Test
  void stepsRunInTheContextOfTheStarter() {
    var seen = new ConcurrentHashMap<String, Correlation>();
    var correlation =
        Correlation.of("c-" + Uuid7.next())
            .withCausationId("hop-1")
            .withIdentity(Identity.of("ada", "acme"));
    var definition =
        define(
            sagas,
            1,
            (saga, _) -> {
              seen.put("body", Correlation.current().orElseThrow());
              saga.step("one", () -> seen.put("one", Correlation.current().orElseThrow()), _ -> {});
              return "out";
            });
    var run = correlation.call(() -> definition.start("k", new Note("in")));
    run.await(SOON);

    assertThat(seen.get("one")).isEqualTo(correlation.withCausationId(run.id() + ":one"));
    assertThat(seen.get("body")).isEqualTo(correlation.withCausationId(run.id()));
  }
}
