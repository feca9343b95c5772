package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.sagas.RetryPolicy;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.StepFailed;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How often and how long a step is tried where its saga says so. */
abstract class SagaLimitPromises extends SagaOperationPromises {

  @Test
  void aStepMayHaveARetryPolicyOfItsOwn() {
    var attempts = new AtomicInteger();
    run(
        (saga, _) -> {
          saga.withRetry(new RetryPolicy(7, Duration.ZERO, Duration.ZERO))
              .step(
                  "one",
                  () -> {
                    attempts.incrementAndGet();
                    fail(new FailureKind.Retryable());
                  });
          return "out";
        });
    assertThat(attempts).hasValue(7);
  }

  @Test
  void aStepIsTriedNoLongerThanItsTimeout() {
    var attempts = new AtomicInteger();
    var result =
        run(
            (saga, _) -> {
              saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              saga.withRetry(new RetryPolicy(1_000, Duration.ofMillis(40), Duration.ofMillis(40)))
                  .withTimeout(Duration.ofMillis(200))
                  .step(
                      "two",
                      () -> {
                        attempts.incrementAndGet();
                        assertThat(Correlation.current().orElseThrow().deadline()).isNotNull();
                        fail(new FailureKind.Retryable());
                      });
              return "out";
            });
    assertThat(result).isInstanceOf(Compensated.class);
    assertThat(attempts.get()).isBetween(1, 200);
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void whatMayHaveHappenedWithinItsTimeoutIsStuck() {
    var result =
        run(
            (saga, _) -> {
              saga.withTimeout(Duration.ofMillis(50))
                  .step("one", () -> fail(new FailureKind.Unknown()));
              return "out";
            });
    assertThat(result).isInstanceOf(Stuck.class);
  }

  @Test
  void noStepBeginsAfterTheEndOfTheSagasTime() {
    var never = new CountDownLatch(1);
    var result =
        run(
            (saga, _) -> {
              saga.endWithin(Duration.ofMillis(100));
              saga.step("one", () -> happen("one"), _ -> happen("undo one"));
              saga.step("slow", () -> never.await(200, TimeUnit.MILLISECONDS), _ -> {});
              saga.step("two", () -> happen("two"), _ -> happen("undo two"));
              return "out";
            });
    assertThat(result)
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> {
              assertThat(it.failure().step()).isEqualTo("two");
              assertThat(it.failure().kind()).isEqualTo(SagaFailure.Kind.EXPIRED);
            });
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void theBodyMaySayWhatComesOfAnExpiredStep() {
    var result =
        run(
            (saga, _) -> {
              saga.endWithin(Duration.ofNanos(1));
              try {
                saga.step("one", () -> happen("one"), _ -> {});
              } catch (StepFailed e) {
                return String.valueOf(e.failure().code());
              }
              return "out";
            });
    assertThat(result).isEqualTo(new Completed<>(new Note("expired")));
  }
}
