package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.sagas.Branch;
import io.iworx.sagas.Compensation;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.StepFailed;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Branches of a saga that run beside each other. */
abstract class SagaParallelPromises extends SagaTimerPromises {

  /** A branch of one step outside the database that can be undone. */
  private Branch<String> branch(String branch, String step) {
    return Branch.of(branch, saga -> step(saga, branch, step));
  }

  private String step(Saga saga, String branch, String step) {
    return saga.step(
        step, () -> happen(branch + "/" + step), it -> happen("undo " + branch + "/" + step));
  }

  private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void branchesRunBesideEachOther() {
    var meeting = new CyclicBarrier(2);
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  var left = Branch.of("left", it -> it.step("one", () -> meet(meeting), _ -> {}));
                  var right =
                      Branch.of("right", it -> it.step("one", () -> meet(meeting), _ -> {}));
                  saga.parallel(left, right);
                  return left.result() + right.result();
                })
            .start("k", new Note("in"));

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("metmet")));
    assertThat(steps(run)).containsExactlyInAnyOrder("left/one", "right/one");
  }

  private static String meet(CyclicBarrier meeting) throws Exception {
    meeting.await(SOON.toSeconds(), TimeUnit.SECONDS);
    return "met";
  }

  @Test
  void aStepInABranchGoesByItsPathAndOccurrence() {
    var run =
        define(
                sagas,
                1,
                (saga, _) -> {
                  for (var i = 0; i < 2; i++) {
                    saga.parallel(
                        Branch.of(
                            "outer",
                            it -> {
                              step(it, "outer", "one");
                              it.parallel(branch("inner", "one"));
                              return step(it, "outer", "one");
                            }));
                  }
                  return saga.step(
                      "outer",
                      () -> saga.idempotencyKey() + Correlation.current().orElseThrow(),
                      Compensation.none());
                })
            .start("k", new Note("in"));

    assertThat(run.await(SOON)).isInstanceOf(Completed.class);
    assertThat(steps(run))
        .containsExactly(
            "outer/one",
            "outer/inner/one",
            "outer/one#2",
            "outer#2/one",
            "outer#2/inner/one",
            "outer#2/one#2",
            "outer");
  }

  @Test
  void whenABranchFailsTheOthersEndTheirStepAndBeginNoOther() {
    var failing = new CountDownLatch(1);
    var left = new CompletableFuture<Thread>();
    var attempts = new AtomicInteger();
    var result =
        run(
            (saga, _) -> {
              step(saga, "", "before");
              saga.parallel(
                  Branch.of(
                      "left",
                      it -> {
                        left.complete(Thread.currentThread());
                        awaitLatch(failing);
                        it.step("refused", () -> fail(new FailureKind.Permanent()));
                        return "";
                      }),
                  Branch.of(
                      "right",
                      it -> {
                        it.step(
                            "slow",
                            () -> {
                              failing.countDown();
                              awaitEnd(left);
                              if (attempts.incrementAndGet() < 3) {
                                fail(new FailureKind.Unknown());
                              }
                              return happen("slow");
                            },
                            _ -> happen("undo slow"));
                        return step(it, "right", "later");
                      }));
              return "out";
            });

    assertThat(result)
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().step()).isEqualTo("left/refused"));
    assertThat(happened).containsExactly("/before", "slow", "undo slow", "undo /before");
  }

  private static void awaitEnd(CompletableFuture<Thread> branch) throws Exception {
    assertThat(branch.get(SOON.toSeconds(), TimeUnit.SECONDS).join(SOON)).isTrue();
  }

  @Test
  void undoesInTheReverseOrderOfTheRecordsWhateverTheBranch() {
    var leftIsDone = new CountDownLatch(1);
    var rightIsDone = new CountDownLatch(1);
    var result =
        run(
            (saga, _) -> {
              saga.parallel(
                  Branch.of(
                      "left",
                      it -> {
                        step(it, "left", "one");
                        leftIsDone.countDown();
                        awaitLatch(rightIsDone);
                        return step(it, "left", "two");
                      }),
                  Branch.of(
                      "right",
                      it -> {
                        awaitLatch(leftIsDone);
                        var one = step(it, "right", "one");
                        rightIsDone.countDown();
                        return one;
                      }));
              throw new IllegalStateException("late");
            });

    assertThat(result).isInstanceOf(Compensated.class);
    assertThat(happened)
        .containsExactly(
            "left/one",
            "right/one",
            "left/two",
            "undo left/two",
            "undo right/one",
            "undo left/one");
  }

  @Test
  void anUnclearStepOfABranchLeavesTheSagaStuckAndNothingUndone() {
    var result =
        run(
            (saga, _) -> {
              saga.parallel(
                  branch("left", "one"),
                  Branch.of(
                      "right",
                      it -> {
                        it.step("two", () -> fail(new FailureKind.Unknown()));
                        return "";
                      }));
              return "out";
            });

    assertThat(result)
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("right/two", "may have happened"));
    assertThat(happened).containsExactly("left/one");
  }

  @Test
  void anotherInstanceGoesOnInEachBranch() throws Exception {
    var reached = new CountDownLatch(2);
    var never = new CountDownLatch(1);
    Body body =
        (saga, _) -> {
          var branches =
              List.of("left", "right").stream()
                  .map(
                      name ->
                          Branch.of(
                              name,
                              it -> {
                                step(it, name, "one");
                                it.step(
                                    "two",
                                    () -> {
                                      if (reached.getCount() > 0) {
                                        reached.countDown();
                                        never.await();
                                      }
                                      happen(name + "/two " + saga.id());
                                    });
                                return name;
                              }))
                  .toList();
          saga.parallel(branches);
          return branches.get(0).result() + branches.get(1).result();
        };
    var run = define(sagas, 1, body).start("k", new Note("in"));
    awaitLatch(reached);
    sagas.close();
    define(instance(), 1, body);

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("leftright")));
    assertThat(happened)
        .containsExactlyInAnyOrder(
            "left/one", "right/one", "left/two " + run.id(), "right/two " + run.id());
  }

  @Test
  void aReplayTakesTheSameWayAfterABranchThatFailed() throws Exception {
    var reached = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var left = new CompletableFuture<Thread>();
    Body body =
        (saga, _) -> {
          try {
            saga.parallel(
                Branch.of(
                    "left",
                    it -> {
                      left.complete(Thread.currentThread());
                      it.step("refused", () -> fail(new FailureKind.Permanent()));
                      return "";
                    }),
                Branch.of(
                    "right",
                    it -> {
                      if (reached.getCount() > 0) {
                        awaitEnd(left);
                      }
                      return step(it, "right", "one");
                    }));
          } catch (StepFailed e) {
            happen("caught " + e.failure().step());
          }
          saga.step(
              "other",
              () -> {
                if (reached.getCount() > 0) {
                  reached.countDown();
                  never.await();
                }
                happen("other");
              });
          return "out";
        };
    var run = define(sagas, 1, body).start("k", new Note("in"));
    awaitLatch(reached);
    sagas.close();
    define(instance(), 1, body);

    assertThat(run.await(SOON)).isEqualTo(new Completed<>(new Note("out")));
    assertThat(happened).containsExactly("caught left/refused", "caught left/refused", "other");
    assertThat(steps(run)).containsExactly("left/refused", "$parallel", "other");
  }

  @Test
  void transactionalStepsOfBranchesCommitOnceEach() throws Exception {
    var effects = offeredEffects();
    var result =
        run(
            (saga, _) -> {
              saga.parallel(
                  List.of("a", "b", "c", "d").stream()
                      .map(
                          branch ->
                              Branch.of(
                                  branch,
                                  it -> {
                                    it.publish(NOTED, new Note(branch));
                                    it.step("one", connection -> effects.add(connection, name));
                                    it.step("two", () -> happen(branch), Compensation.none());
                                    it.step("three", connection -> effects.add(connection, name));
                                    return branch;
                                  }))
                      .toList());
              return "out";
            });

    assertThat(result).isEqualTo(new Completed<>(new Note("out")));
    assertThat(effects.count(name)).isEqualTo(8);
    assertThat(happened).containsExactlyInAnyOrder("a", "b", "c", "d");
  }

  @Test
  void branchesOfTheSameNameAreRefused() {
    assertThat(
            run(
                (saga, _) -> {
                  saga.parallel(branch("one", "a"), branch("one", "b"));
                  return "out";
                }))
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> assertThat(it.failure().message()).contains("different names"));
    assertThat(happened).isEmpty();
  }

  @Test
  void aBranchCallsOnlyItsOwnSaga() {
    assertThat(
            run(
                (saga, _) -> {
                  saga.parallel(Branch.of("one", _ -> step(saga, "one", "a")));
                  return "out";
                }))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("branch's own"));
    assertThat(happened).isEmpty();
  }

  @Test
  void noStepIsNamedAsTheKeysOfCompensationsEnd() {
    assertThat(run((saga, _) -> step(saga, "", "undo")))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("undo"));
  }
}
