package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.sagas.SagaConflictException;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.testing.Effects;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Sagas that start with the rows of whoever starts them, or not at all. */
class SagaStartInTransactionIT {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();
  private static final Duration SOON = Duration.ofSeconds(20);

  private final String name = "within-" + Uuid7.next();
  private Effects effects;
  private PostgresEventLog log;
  private EventBus bus;
  private Sagas sagas;
  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    effects = Effects.in(DATABASE.pool());
    log = PostgresEventLog.create(DATABASE.pool());
    bus = EventBus.create("starting", log);
    sagas =
        Sagas.create(
            bus,
            PostgresSagaStore.create(DATABASE.pool()),
            SagasOptions.defaults().withLease(Duration.ofSeconds(2)));
    connection = DATABASE.pool().getConnection();
    connection.setAutoCommit(false);
  }

  @AfterEach
  void close() throws SQLException {
    connection.rollback();
    connection.close();
    sagas.close();
    bus.close();
    log.close();
  }

  private SagaDefinition<String, String> defined() {
    return sagas.define(
        name,
        1,
        String.class,
        String.class,
        (saga, input) -> {
          saga.step("one", inside -> effects.add(inside, name));
          return input;
        });
  }

  @Test
  void runsOnceItHasCommitted() throws Exception {
    var run = defined().start(connection, "k", "in");
    assertThat(PostgresSagaStore.create(DATABASE.pool()).find(run.id())).isEmpty();
    connection.commit();

    assertThat(run.await(SOON)).isEqualTo(new SagaResult.Completed<>("in"));
    assertThat(effects.count(name)).isEqualTo(1);
  }

  @Test
  void neverRunsWhenItIsRolledBack() throws Exception {
    var definition = defined();
    var run = definition.start(connection, "k", "in");
    connection.rollback();
    var later = definition.start("k", "another input");

    assertThat(later.await(SOON)).isEqualTo(new SagaResult.Completed<>("another input"));
    assertThat(later.id()).isNotEqualTo(run.id());
    assertThat(effects.count(name)).isEqualTo(1);
  }

  @Test
  void startsOncePerKey() throws Exception {
    var definition = defined();
    var first = definition.start("k", "in");

    assertThat(definition.start(connection, "k", "in").id()).isEqualTo(first.id());
    assertThatThrownBy(() -> definition.start(connection, "k", "other"))
        .isInstanceOf(SagaConflictException.class);
  }

  @Test
  void itsFirstHolderFindsNothingBegun() throws Exception {
    var definition =
        sagas.define(
            name,
            1,
            String.class,
            String.class,
            (saga, input) -> {
              saga.step(
                  "refused",
                  () -> {
                    throw new PermanentFailure("no");
                  },
                  () -> {});
              return input;
            });
    var run = definition.start(connection, "k", "in");
    connection.commit();

    assertThat(run.await(SOON)).isInstanceOf(SagaResult.Compensated.class);
  }

  @Test
  void needsATransaction() throws Exception {
    connection.setAutoCommit(true);
    assertThatThrownBy(() -> defined().start(connection, "k", "in"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("autocommit");
    connection.setAutoCommit(false);
  }
}
