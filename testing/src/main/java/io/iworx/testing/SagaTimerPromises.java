package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.FailureKind;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaRun;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Sagas that wait for a time, in nobody's hands. */
abstract class SagaTimerPromises extends SagaLimitPromises {
  private static final Duration A_WHILE = Duration.ofMillis(300);
  private static final Duration DAYS = Duration.ofDays(3);

  private static final Duration STRAIGHT_AWAY = Duration.ofMillis(1);

  private Body sleepsBetween(Duration first, Duration second) {
    return (saga, _) -> {
      saga.step("one", () -> happen("one"), _ -> happen("undo one"));
      saga.sleep(first);
      saga.step("two", () -> happen("two"), _ -> happen("undo two"));
      saga.sleep(second);
      return saga.step("three", () -> happen("three"), _ -> happen("undo three"));
    };
  }

  private void awaitAsleep(SagaRun<?> run, String step) {
    await()
        .until(
            () -> store().find(run.id()).orElseThrow(),
            saga -> saga.instance() == null && step.equals(saga.wakeStep()));
  }

  @Test
  void goesOnAtItsTimeEachStepOnce() {
    var begin = System.nanoTime();
    var result = run(sleepsBetween(A_WHILE, A_WHILE));

    assertThat(result).isEqualTo(new Completed<>(new Note("three")));
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(A_WHILE.multipliedBy(2));
    assertThat(happened).containsExactly("one", "two", "three");
  }

  @Test
  void isInNobodysHandsMeanwhile() {
    var run = define(sagas, 1, sleepsBetween(DAYS, DAYS)).start("k", new Note("in"));
    awaitAsleep(run, "$sleep");

    assertThat(steps(run)).containsExactly("one");
    assertThat(sagas.operations().find(run.id()).orElseThrow().waitsFor()).contains("its time");
    assertThat(happened).containsExactly("one");
  }

  @Test
  void anotherInstanceGoesOnWhenTheFirstIsGone() {
    var body = sleepsBetween(Duration.ofSeconds(1), STRAIGHT_AWAY);
    var run = define(sagas, 1, body).start("k", new Note("in"));
    awaitAsleep(run, "$sleep");
    sagas.close();
    assertThat(happened).containsExactly("one");
    define(instance(), 1, body);

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("three")));
    assertThat(happened).containsExactly("one", "two", "three");
  }

  @Test
  void cancellingEndsTheWait() {
    var run = define(sagas, 1, sleepsBetween(DAYS, DAYS)).start("k", new Note("in"));
    awaitAsleep(run, "$sleep");
    sagas.operations().cancel(run.id(), "not wanted");

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().step()).isEqualTo(SagaFailure.CANCEL));
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void theEndOfTheSagasTimeEndsTheWait() {
    var result =
        run(
            (saga, _) -> {
              saga.endWithin(Duration.ofMillis(500));
              saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              saga.sleep(DAYS);
              return saga.step("two", () -> happen("two"), _ -> happen("undo two"));
            });
    assertThat(result)
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> assertThat(it.failure().kind()).isEqualTo(SagaFailure.Kind.EXPIRED));
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void aRefusalAfterAWaitIsCompensated() {
    var result =
        run(
            (saga, _) -> {
              saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              saga.sleep(STRAIGHT_AWAY);
              saga.step("two", () -> fail(new FailureKind.Permanent()));
              return "out";
            });
    assertThat(result).as("nothing was begun before the wait").isInstanceOf(Compensated.class);
    assertThat(happened).containsExactly("one", "undo one");
  }
}
