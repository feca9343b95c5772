package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.FailureKind;
import io.iworx.sagas.Compensation;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Running;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.StepFailed;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.TakenOver;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What another instance makes of a saga that was left, or changed under it. */
abstract class SagaTakeoverPromises extends SagaStepPromises {
  @Test
  void anotherInstanceGoesOnWhereItStopped() throws Exception {
    var reached = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  var time = saga.now() + " " + saga.newId();
                  var one = saga.step("one", () -> happen("one " + time), _ -> {});
                  saga.publish(NOTED, new Note(one));
                  saga.step(
                      "two",
                      () -> {
                        reached.countDown();
                        never.await();
                      });
                  return one;
                })
            .start("k", new Note("in"));
    reached.await();
    assertThat(run.await(Duration.ofMillis(1))).isInstanceOf(Running.class);
    sagas.close();

    var second = instance();
    define(
        second,
        1,
        (saga, _) -> {
          var time = saga.now() + " " + saga.newId();
          var one = saga.step("one", () -> happen("again"), _ -> {});
          saga.publish(NOTED, new Note(one));
          saga.step("two", () -> happen("two"), _ -> {});
          assertThat(one).endsWith(time);
          return one;
        });

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note(happened.getFirst())));
    assertThat(happened).hasSize(2).last().isEqualTo("two");
    assertThat(published(run, 1)).hasSize(1);
  }

  @Test
  void goesOnAlsoWhenTheAnswerToItsTakeoverWasLost() throws Exception {
    var run = stopAfterOne();
    define(
        instance(losingTheFirstTakeover()),
        1,
        (saga, _) -> saga.step("one", () -> "again", Compensation.none()));

    assertThat(run.await(SOON)).isInstanceOf(Completed.class);
  }

  private SagaStore losingTheFirstTakeover() {
    var lost = new AtomicBoolean();
    return (SagaStore)
        Proxy.newProxyInstance(
            SagaStore.class.getClassLoader(),
            new Class<?>[] {SagaStore.class},
            (_, method, arguments) -> {
              var answer = method.invoke(store(), arguments);
              if (answer instanceof TakenOver taken
                  && !taken.sagas().isEmpty()
                  && lost.compareAndSet(false, true)) {
                throw new SagaStoreException("The answer was lost.", null);
              }
              return answer;
            });
  }

  @Test
  void afterATakeoverAStepIsRepeatedAsPatientlyAsACompensation() throws Exception {
    var run = stopAfterOne();
    var tries = new AtomicInteger();

    define(
        instance(),
        1,
        (saga, _) -> {
          saga.step("one", () -> happen("again"), Compensation.none());
          saga.step(
              "two",
              () -> {
                if (tries.incrementAndGet() < COMPENSATION_ATTEMPTS) {
                  fail(new FailureKind.Retryable());
                }
              });
          return "out";
        });

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("out")));
    assertThat(tries).hasValue(COMPENSATION_ATTEMPTS);
  }

  @Test
  void aReplayThrowsTheRecordedFailure() throws Exception {
    var reached = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    Body body =
        (saga, _) -> {
          try {
            saga.step(
                "one",
                () -> {
                  happen("one");
                  fail(new FailureKind.Permanent());
                });
          } catch (StepFailed e) {
            happen(e.failure().detail() + e.failure().kind());
          }
          saga.step(
              "two",
              () -> {
                if (reached.getCount() > 0) {
                  reached.countDown();
                  never.await();
                }
              });
          return "out";
        };
    var run = define(sagas, 1, body).start("k", new Note("in"));
    reached.await();
    sagas.close();
    define(instance(), 1, body);

    assertThat(run.await(SOON)).isInstanceOf(Completed.class);
    assertThat(happened)
        .containsExactly("one", "{\"missing\":2}PERMANENT", "{\"missing\":2}PERMANENT");
  }

  @Test
  void goesOnUndoing() throws Exception {
    var reached = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    Body body =
        (saga, _) -> {
          saga.step(
              "one",
              () -> happen("one"),
              _ -> {
                if (reached.getCount() > 0) {
                  reached.countDown();
                  never.await();
                }
                happen("undo one " + saga.idempotencyKey());
              });
          saga.step("two", () -> happen("two"), it -> happen("undo " + it));
          if (happened.size() == 2) {
            throw new IllegalStateException("first");
          }
          saga.step("three", () -> happen("three"), _ -> {});
          return "out";
        };
    var run = define(sagas, 1, body).start("k", new Note("in"));
    reached.await();
    sagas.close();
    define(instance(), 1, body);

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).isEqualTo("first"));
    // The record of an outside compensation commits before the next: two is not undone again.
    assertThat(happened)
        .containsExactly("one", "two", "undo two", "undo one " + run.id() + "/one/undo");
  }

  @Test
  void isStuckWhenItsCodeChangedUnderTheSameVersion() throws Exception {
    var run = stopAfterOne();
    define(instance(), 1, (saga, _) -> saga.step("uno", () -> happen("uno"), Compensation.none()));

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("uno", "one", "same version"));
    assertThat(happened).containsExactly("one");
    assertThat(steps(run)).containsExactly("one");
  }

  @Test
  void isStuckWhenItEndsBeforeARecordedStep() throws Exception {
    var run = stopAfterOne();
    define(instance(), 1, (_, _) -> "out");

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(Stuck.class, it -> assertThat(it.reason()).contains("ended"));
  }

  @Test
  void isStuckWhenARecordCannotBeRead() throws Exception {
    var run = stopAfterOne();
    instance()
        .define(
            name,
            1,
            Note.class,
            Note.class,
            (saga, _) -> saga.step("one", () -> new Note("1"), Compensation.none()));

    assertThat(run.await(SOON))
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("cannot be read"));
  }

  @Test
  void waitsForItsVersion() throws Exception {
    var run = stopAfterOne();
    var second = instance();
    define(second, 2, (_, _) -> "new");
    var third = instance();
    define(third, 1, (saga, _) -> saga.step("one", () -> happen("again"), Compensation.none()));

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("one")));
    assertThat(happened).containsExactly("one");
  }

  private SagaRun<Note> stopAfterOne() throws InterruptedException {
    var reached = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  saga.step("one", () -> happen("one"), Compensation.none());
                  saga.step(
                      "two",
                      () -> {
                        reached.countDown();
                        never.await();
                      });
                  return "out";
                })
            .start("k", new Note("in"));
    reached.await();
    sagas.close();
    return run;
  }

  @Test
  void aHolderThatWasTakenOverRecordsNothing() throws Exception {
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
                  saga.step("two", () -> happen("two"), Compensation.none());
                  return "out";
                })
            .start("k", new Note("in"));
    reached.await();
    // As if this instance had been paused for longer than its lease.
    await()
        .until(
            () -> {
              store().release(holder(run));
              return !store()
                  .claim("usurper-" + name, SOON, Set.of(new DefinitionVersion(name, 1)), 10)
                  .sagas()
                  .isEmpty();
            });
    goOn.countDown();
    sagas.close();

    var saga = store().find(run.id()).orElseThrow();
    assertThat(saga.state()).isEqualTo(SagaState.RUNNING);
    assertThat(saga.steps()).isEmpty();
    assertThat(happened).isEmpty();
    store().release("usurper-" + name);
  }

  private String holder(SagaRun<?> run) {
    return String.valueOf(store().find(run.id()).orElseThrow().instance());
  }
}
