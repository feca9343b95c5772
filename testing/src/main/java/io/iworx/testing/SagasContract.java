package io.iworx.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.FailureKind;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.sagas.Compensation;
import io.iworx.sagas.SagaException;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Stuck;
import io.iworx.sagas.TransactionalCompensation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What sagas do, whatever store they are kept in. Each test uses a definition of its own. */
public abstract class SagasContract extends SagaChildPromises {
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
  void refusesAnInputThatIsTooLarge() {
    var definition = define(sagas, 1, (_, _) -> "out");
    var big = new Note("x".repeat(300_000));
    assertThatThrownBy(() -> definition.start("k", big))
        .isInstanceOf(SagaException.class)
        .hasMessageContaining("The input of saga " + name)
        .hasMessageContaining("262144");
  }

  @Test
  void anOutputThatIsTooLargeFailsTheSaga() {
    assertThat(run((_, _) -> "x".repeat(300_000)))
        .isInstanceOfSatisfying(
            Compensated.class,
            it -> assertThat(it.failure().message()).contains("The output of saga", "262144"));
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
            Stuck.class,
            it ->
                assertThat(it.reason())
                    .as("nobody knows what the outer one did before")
                    .contains("outer", "inner"));
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
}
