package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.correlation.IdempotencyKey;
import io.iworx.correlation.Identity;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.sagas.Compensation;
import io.iworx.sagas.RetryPolicy;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaConflictException;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Running;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.sagas.StepFailed;
import io.iworx.sagas.TransactionalCompensation;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.StepRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What sagas do, whatever store they are kept in. Each test uses a definition of its own. */
public abstract class SagasContract {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final RetryPolicy QUICK =
      new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));
  private static final EventType<Note> NOTED = EventType.of("test.noted", Note.class);

  private final String name = "saga-" + Uuid7.next();
  private final List<String> happened = new CopyOnWriteArrayList<>();
  private final List<Sagas> opened = new ArrayList<>();
  private EventBus bus;
  private Sagas sagas;

  /** What steps of the tests take and return. */
  public record Note(String text) {}

  /** The store under test; others may use it at the same time. */
  protected abstract SagaStore store();

  /** A log in the same database as the store. */
  protected abstract EventLog log();

  /** A table of effects in the store's database; null when it has none. */
  protected abstract @Nullable Effects effects();

  /** An exception of a kind. */
  private static final class Failing extends RuntimeException implements ClassifiedFailure {
    private final transient FailureKind kind;

    Failing(FailureKind kind, String message) {
      super(message);
      this.kind = kind;
    }

    @Override
    public FailureKind kind() {
      return kind;
    }

    @Override
    public String code() {
      return "409";
    }

    @Override
    public String detail() {
      return "{\"missing\":2}";
    }
  }

  @BeforeEach
  protected void open() {
    bus = EventBus.create("test-service", log());
    sagas = instance();
  }

  @AfterEach
  protected void close() {
    opened.forEach(Sagas::close);
    bus.close();
  }

  private Sagas instance() {
    var instance =
        Sagas.create(
            bus,
            store(),
            SagasOptions.defaults()
                .withLease(Duration.ofSeconds(2))
                .withCloseTimeout(Duration.ofMillis(100))
                .withStepRetry(QUICK)
                .withCompensationRetry(QUICK));
    opened.add(instance);
    return instance;
  }

  /** A body of the tests. */
  @FunctionalInterface
  private interface Body {
    String run(Saga saga, Note input) throws Exception;
  }

  private SagaDefinition<Note, Note> define(Sagas instance, int version, Body body) {
    return instance.define(
        name, version, Note.class, Note.class, (saga, input) -> new Note(body.run(saga, input)));
  }

  private SagaResult<Note> run(Body body) {
    return define(sagas, 1, body).start("k", new Note("in")).await(SOON);
  }

  private String happen(String what) {
    happened.add(what);
    return what;
  }

  private static void fail(FailureKind kind) {
    throw new Failing(kind, "It is " + kind.getClass().getSimpleName() + ".");
  }

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
            Stuck.class, it -> assertThat(it.reason()).contains("two", "3 attempts"));
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

  @Test
  void publishesWithItsRecords() {
    var definition =
        define(
            sagas,
            1,
            (saga, _) -> {
              saga.publish(NOTED, new Note("a"), Map.of("more", 1));
              saga.step("one", () -> happen("one"), Compensation.none());
              saga.publish(NOTED, new Note("b"));
              return "out";
            });
    var correlation = Correlation.of("c-" + Uuid7.next());
    var run = correlation.call(() -> definition.start("k", new Note("in")));
    run.await(SOON);

    assertThat(published(run, 2))
        .hasSize(2)
        .allSatisfy(
            it -> {
              assertThat(it.causationId()).isEqualTo(run.id());
              assertThat(it.service()).isEqualTo("test-service");
              assertThat(it.correlationId()).isEqualTo(correlation.correlationId());
            });
    assertThat(published(run, 2))
        .extracting(LogEntry::payload)
        .first()
        .asString()
        .contains("\"a\"");
  }

  @Test
  void refusesAResultThatIsTooLarge() {
    var big = "x".repeat(300_000);
    assertThat(run((saga, _) -> saga.step("big", () -> big, Compensation.none())))
        .isInstanceOfSatisfying(
            Stuck.class, it -> assertThat(it.reason()).contains("big", "done", "262144"));
  }

  @Test
  void refusesAResultWhoseTypeIsUnknown() {
    assertThat(
            run(
                (saga, _) -> {
                  saga.step("list", () -> List.of(new Note("")), Compensation.none());
                  return "out";
                }))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("record"));
  }

  @Test
  void aStepWithinAStepIsRefused() {
    assertThat(
            run(
                (saga, _) -> {
                  saga.step("outer", () -> saga.step("inner", () -> happen("inner")));
                  return "out";
                }))
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("outer", "inner"));
    assertThat(happened).isEmpty();
  }

  @Test
  void rowsAndRecordsCommitTogether() throws Exception {
    var effects = offeredEffects();
    var result =
        run(
            (saga, _) -> {
              var one =
                  saga.step(
                      "one",
                      connection -> {
                        effects.add(connection, name);
                        return "one";
                      },
                      TransactionalCompensation.none());
              saga.step("two", connection -> effects.add(connection, name));
              return one;
            });

    assertThat(result).isEqualTo(new Completed<>(new Note("one")));
    assertThat(effects.count(name)).isEqualTo(2);
  }

  @Test
  void aFailedStepLeavesNoRows() throws Exception {
    var effects = offeredEffects();
    var result =
        run(
            (saga, _) -> {
              saga.step(
                  "one",
                  connection -> effects.add(connection, name),
                  connection -> effects.add(connection, name + "-undo"));
              saga.step(
                  "two",
                  connection -> {
                    effects.add(connection, name);
                    fail(new FailureKind.Retryable());
                  },
                  connection -> effects.add(connection, name + "-undo"));
              return "out";
            });

    assertThat(result).isInstanceOf(Compensated.class);
    assertThat(effects.count(name)).isEqualTo(1);
    assertThat(effects.count(name + "-undo")).isEqualTo(1);
  }

  @Test
  void aStepThatSwallowsItsDatabaseFailureFails() throws Exception {
    var effects = offeredEffects();
    var result =
        run(
            (saga, _) -> {
              saga.step(
                  "one",
                  connection -> {
                    effects.add(connection, name);
                    try (var statement = connection.createStatement()) {
                      statement.execute("SELECT 1 / 0");
                    } catch (java.sql.SQLException e) {
                      happen("swallowed");
                    }
                  });
              return "out";
            });

    assertThat(result)
        .isInstanceOfSatisfying(
            Compensated.class, it -> assertThat(it.failure().message()).contains("caught"));
    assertThat(effects.count(name)).isZero();
  }

  private Effects offeredEffects() {
    var effects = effects();
    assumeTrue(
        effects != null && store().features().contains(SagaStore.Feature.CALLER_TRANSACTION),
        "not offered: CALLER_TRANSACTION");
    return effects;
  }

  private List<String> steps(SagaRun<?> run) {
    return store().find(run.id()).orElseThrow().steps().stream().map(StepRecord::step).toList();
  }

  /** The saga's events, once there are so many: a reader may see them a moment later. */
  private List<LogEntry> published(SagaRun<?> run, int count) {
    return await()
        .until(
            () ->
                log().read(0, 100_000).entries().stream()
                    .filter(it -> run.id().equals(it.causationId()))
                    .toList(),
            found -> found.size() >= count);
  }
}
