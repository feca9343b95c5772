package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.FailureKind;
import io.iworx.correlation.IdempotencyKey;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.SagaRun;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What may have happened is never taken for undone. */
abstract class SagaDoubtPromises extends SagaTakeoverPromises {

  @Test
  void whatALostHolderMayHaveDoneIsNotUndoneByALaterRefusal() throws Exception {
    var refusals =
        List.<Callable<String>>of(
            () -> failed(new FailureKind.Permanent()),
            () -> failed(new FailureKind.Retryable()),
            () -> failed(new FailureKind.Throttled(Duration.ofMillis(1))),
            () -> {
              throw new IllegalStateException("just anything");
            },
            () -> {
              throw new ConnectException("refused");
            },
            () -> {
              throw PermanentFailure.answering("another key", "no");
            });
    for (var refusal : refusals) {
      var run = leftAfterItsEffect(refusal);
      assertThat(run.await(SOON))
          .isInstanceOfSatisfying(
              Stuck.class,
              it -> assertThat(it.reason()).contains("two may have happened", "left no record"));
      assertThat(happened).as("nothing is undone blindly").containsExactly("one", "two");
      reopen();
    }
  }

  @Test
  void aRefusalThatAnswersTheKeySaysThatALostHolderDidNothing() throws Exception {
    var keyed = new AtomicInteger();
    var run =
        leftAfterItsEffect(
            () -> {
              keyed.incrementAndGet();
              throw PermanentFailure.answering(key(), "Parts are missing");
            });
    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> assertThat(it.failure().message()).isEqualTo("Parts are missing"));
    assertThat(keyed).hasValue(1);
    assertThat(happened).containsExactly("one", "two", "undo one");
  }

  @Test
  void aRefusalAfterAnUnclearAttemptLeavesItUnclear() {
    assertThat(answers(new FailureKind.Unknown(), new FailureKind.Permanent()))
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("two may have happened"));
    assertThat(happened).containsExactly("one");
  }

  @Test
  void aRefusalThatAnswersTheKeyMakesAnUnclearAttemptClear() {
    var attempts = new AtomicInteger();
    var result =
        oneThen(
            () -> {
              if (attempts.incrementAndGet() == 1) {
                fail(new FailureKind.Unknown());
              }
              throw PermanentFailure.answering(key(), "no");
            });
    assertThat(result).isInstanceOf(Compensated.class);
    assertThat(happened).containsExactly("one", "undo one");
  }

  @Test
  void anExceptionThatSaysNothingLeavesAnOutsideStepUnclear() {
    assertThat(
            oneThen(
                () -> {
                  throw new SocketTimeoutException("Read timed out");
                }))
        .isInstanceOf(Stuck.class);
    assertThat(happened).containsExactly("one");
  }

  @Test
  void whatNeverConnectedDidNotHappen() {
    assertThat(
            oneThen(
                () -> {
                  throw new ConnectException("Connection refused");
                }))
        .isInstanceOf(Compensated.class);
    assertThat(happened).containsExactly("one", "undo one");
  }

  private SagaResult<Note> answers(FailureKind first, FailureKind next) {
    var attempts = new AtomicInteger();
    return oneThen(() -> failed(attempts.incrementAndGet() == 1 ? first : next));
  }

  private SagaResult<Note> oneThen(Callable<String> two) {
    return run(
        (saga, _) -> {
          saga.step("one", () -> happen("one"), _ -> happen("undo one"));
          return saga.step("two", two::call, _ -> happen("undo two"));
        });
  }

  /** A saga whose holder is lost after the effect of step two, before its record. */
  private SagaRun<Note> leftAfterItsEffect(Callable<String> later) throws Exception {
    var reached = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    Body body =
        (saga, _) -> {
          saga.step("one", () -> happen("one"), _ -> happen("undo one"));
          return saga.step(
              "two",
              () -> {
                if (reached.getCount() == 0) {
                  return later.call();
                }
                happen("two");
                reached.countDown();
                never.await();
                return "never";
              },
              _ -> happen("undo two"));
        };
    var run = define(sagas, 1, body).start("k", new Note("in"));
    reached.await();
    sagas.close();
    define(instance(), 1, body);
    return run;
  }

  private static String failed(FailureKind kind) {
    fail(kind);
    return "never";
  }

  private static String key() {
    return IdempotencyKey.current().orElseThrow();
  }
}
