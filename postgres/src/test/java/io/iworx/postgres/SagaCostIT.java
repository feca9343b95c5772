package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.EventBus;
import io.iworx.sagas.Branch;
import io.iworx.sagas.Saga;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.testing.Effects;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a saga costs: transactions and statements, counted where they reach the database. */
class SagaCostIT {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();
  private static final Duration SOON = Duration.ofSeconds(20);

  private CountedDataSource counted;
  private Effects effects;
  private PostgresEventLog log;
  private EventBus bus;
  private Sagas sagas;

  @BeforeEach
  void open() throws SQLException {
    counted = new CountedDataSource(DATABASE.pool());
    effects = Effects.in(DATABASE.pool());
    log = PostgresEventLog.create(DATABASE.pool());
    bus = EventBus.create("counting", log);
    sagas =
        Sagas.create(
            bus,
            PostgresSagaStore.create(counted),
            SagasOptions.defaults().withLease(Duration.ofMinutes(10)));
  }

  @AfterEach
  void close() {
    sagas.close();
    bus.close();
    log.close();
  }

  /** A body of the tests. */
  private interface Body {
    void run(Saga saga) throws Exception;
  }

  private void runs(Body body) {
    var saga =
        sagas.define(
            "cost-" + Uuid7.next(),
            1,
            String.class,
            String.class,
            (it, input) -> {
              body.run(it);
              return input;
            });
    // The first has the instance take its lease.
    assertThat(saga.start("warm", "in").await(SOON)).isInstanceOf(SagaResult.Completed.class);
    counted.reset();
    var run = saga.start("k", "in");
    var uncounted = PostgresSagaStore.create(DATABASE.pool());
    Awaitility.await()
        .until(() -> uncounted.find(run.id()).orElseThrow().state() == SagaState.COMPLETED);
  }

  @Test
  void threeStepsThatTakeTheConnectionCostFourCommits() {
    runs(
        saga -> {
          saga.step("one", connection -> effects.add(connection, "cost"));
          saga.step("two", connection -> effects.add(connection, "cost"));
          saga.step("three", connection -> effects.add(connection, "cost"));
        });
    assertThat(counted.commits).hasValue(4);
    assertThat(counted.statements).as("three of them the steps' own").hasValueLessThanOrEqualTo(10);
  }

  @Test
  void threeCallsCostFourCommits() {
    runs(
        saga -> {
          saga.step("one", () -> {});
          saga.step("two", () -> {});
          saga.step("three", () -> {});
        });
    assertThat(counted.commits).hasValue(4);
    assertThat(counted.statements).hasValueLessThanOrEqualTo(6);
  }

  @Test
  void aCallBetweenTwoStepsThatTakeTheConnectionCostsNoCommit() {
    runs(
        saga -> {
          saga.now();
          saga.step("one", connection -> effects.add(connection, "cost"));
          saga.step("two", () -> {});
          saga.step("three", connection -> effects.add(connection, "cost"));
        });
    assertThat(counted.commits).hasValue(3);
  }

  @Test
  void branchesBesideEachOtherCostNoMoreThanTheirStepsInARow() {
    runs(
        saga ->
            saga.parallel(
                Branch.of("a", it -> it.step("one", () -> "1", _ -> {})),
                Branch.of("b", it -> it.step("one", () -> "1", _ -> {})),
                Branch.of("c", it -> it.step("one", () -> "1", _ -> {}))));
    assertThat(counted.commits)
        .as("a record commits before a call that begins later, in whatever branch")
        .hasValueBetween(2, 4);
  }

  @Test
  void branchesThatTakeTheConnectionShareTheStartAndWhatWaits() {
    runs(
        saga -> {
          saga.parallel(Branch.of("a", this::inside), Branch.of("b", this::inside));
          saga.step("between", () -> {});
          saga.parallel(Branch.of("a", this::inside), Branch.of("b", this::inside));
        });
    assertThat(counted.commits).as("for five steps").hasValueLessThanOrEqualTo(6);
  }

  private String inside(Saga saga) throws Exception {
    saga.step("one", connection -> effects.add(connection, "cost"));
    return "";
  }

  @Test
  void aHundredThousandWaitingSagasAreLookedForWithOneStatementPerLook() throws Exception {
    var name = "waiting-" + Uuid7.next();
    try (var connection = DATABASE.pool().getConnection();
        var statement =
            connection.prepareStatement(
                """
                INSERT INTO sagas (id, definition, version, key, input, correlation_id, wake_at,
                  wake_step)
                SELECT gen_random_uuid(), ?, 1, n::text, '"in"', 'c', now() + interval '1 day',
                  '$sleep'
                FROM generate_series(1, 100000) n
                """)) {
      statement.setString(1, name);
      statement.executeUpdate();
    }
    var store = PostgresSagaStore.create(counted);
    try (var waiting =
        Sagas.create(bus, store, SagasOptions.defaults().withLease(Duration.ofSeconds(3)))) {
      var saga =
          waiting.define(
              name,
              1,
              String.class,
              String.class,
              (it, input) -> {
                it.step("one", () -> {});
                return input;
              });
      assertThat(saga.start("k", "in").await(SOON)).isInstanceOf(SagaResult.Completed.class);
      counted.reset();
      var end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
      Awaitility.await().until(() -> System.nanoTime() > end);
      assertThat(counted.statements).as("in four seconds").hasValueBetween(3, 6);
      var begin = System.nanoTime();
      store.claim("another", SOON, Set.of(new DefinitionVersion(name, 1)), 50);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(200));
    } finally {
      store.release("another");
      try (var connection = DATABASE.pool().getConnection();
          var statement = connection.prepareStatement("DELETE FROM sagas WHERE definition = ?")) {
        statement.setString(1, name);
        statement.executeUpdate();
      }
    }
  }

  @Test
  void aStartDoesNotWaitForALongFirstStep() throws Exception {
    var runs = new AtomicInteger();
    var goOn = new CountDownLatch(1);
    var name = "long-" + Uuid7.next();
    var saga =
        sagas.define(
            name,
            1,
            String.class,
            String.class,
            (it, input) -> {
              it.step(
                  "one",
                  connection -> {
                    effects.add(connection, name);
                    runs.incrementAndGet();
                    goOn.await();
                  });
              return input;
            });
    var run = saga.start("k", "in");
    assertThat(PostgresSagaStore.create(DATABASE.pool()).find(run.id())).isPresent();
    goOn.countDown();

    assertThat(run.await(SOON)).isInstanceOf(SagaResult.Completed.class);
    assertThat(effects.count(name)).as("of " + runs + " runs").isEqualTo(1);
  }
}
