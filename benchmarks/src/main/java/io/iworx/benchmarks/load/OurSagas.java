package io.iworx.benchmarks.load;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.Migrations;
import io.iworx.postgres.PostgresEventLog;
import io.iworx.postgres.PostgresSagaStore;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Sagas as a service would run them, with every option at its default. The only class here that
 * touches their API.
 */
final class OurSagas implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration A_DAY = Duration.ofDays(1);
  private static final EventType<Long> BOOKED = EventType.of("booking.booked", Long.class);

  private final ConnectionPool pool;
  private final PostgresEventLog log;
  private final EventBus bus;
  private final Sagas sagas;

  private OurSagas(ConnectionPool pool, PostgresEventLog log) {
    this.pool = pool;
    this.log = log;
    this.bus = EventBus.create(Ourselves.SERVICE, log);
    this.sagas = Sagas.create(bus, PostgresSagaStore.create(pool), SagasOptions.defaults());
  }

  static OurSagas open(Stage stage) {
    ConnectionPool pool = Ourselves.pool(stage, Ourselves.CONNECTIONS);
    Migrations.migrate(pool);
    return new OurSagas(pool, PostgresEventLog.create(pool));
  }

  SagaDefinition<Long, String> steps(boolean transactional, boolean failing) {
    return transactional ? transactional(failing) : plain(failing);
  }

  /** Steps that take the connection: their rows commit with their records. */
  private SagaDefinition<Long, String> transactional(boolean failing) {
    return sagas.define(
        "transactional",
        1,
        Long.class,
        String.class,
        (saga, sequence) -> {
          saga.step(
              "inventory",
              connection -> Bookings.insert(connection, sequence, "inventory"),
              connection -> Bookings.insert(connection, sequence, "inventory/undo"));
          saga.step(
              "technician",
              connection -> Bookings.insert(connection, sequence, "technician"),
              connection -> Bookings.insert(connection, sequence, "technician/undo"));
          saga.step(
              "notice",
              connection -> {
                requireNot(failing);
                Bookings.insert(connection, sequence, "notice");
              });
          return "booked";
        });
  }

  /** Steps that write their rows by themselves, as they would call another service. */
  private SagaDefinition<Long, String> plain(boolean failing) {
    return sagas.define(
        "plain",
        1,
        Long.class,
        String.class,
        (saga, sequence) -> {
          saga.step(
              "inventory",
              () -> insert(sequence, "inventory"),
              () -> insert(sequence, "inventory/undo"));
          saga.step(
              "technician",
              () -> insert(sequence, "technician"),
              () -> insert(sequence, "technician/undo"));
          saga.step(
              "notice",
              () -> {
                requireNot(failing);
                insert(sequence, "notice");
              });
          return "booked";
        });
  }

  /**
   * One that waits before its only step: for a day, or at most that for an event that never comes.
   */
  SagaDefinition<Long, String> waiting(boolean forEvent) {
    return sagas.define(
        "waiting",
        1,
        Long.class,
        String.class,
        (saga, sequence) -> {
          if (forEvent) {
            saga.await(BOOKED, Long.toString(sequence), A_DAY);
          } else {
            saga.sleep(A_DAY);
          }
          saga.step("inventory", () -> insert(sequence, "inventory"));
          return "booked";
        });
  }

  private void insert(long sequence, String step) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      Bookings.insert(connection, sequence, step);
    }
  }

  private static void requireNot(boolean failing) {
    if (failing) {
      throw new PermanentFailure("It is fully booked.");
    }
  }

  /** Runs a saga, and waits for its result. */
  static void run(SagaDefinition<Long, String> definition, long sequence, boolean failing) {
    SagaResult<String> result = definition.start("saga-" + sequence, sequence).await(PATIENCE);
    boolean asExpected =
        failing
            ? result instanceof SagaResult.Compensated<String>
            : result instanceof SagaResult.Completed<String>;
    if (!asExpected) {
      throw new IllegalStateException("Saga " + sequence + " ended as " + result);
    }
  }

  @Override
  public void close() {
    sagas.close();
    bus.close();
    log.close();
    pool.close();
  }

  /** Callers on one kind of steps. Option {@code transactional}. */
  static final class Many implements Contender {
    @Override
    public void run(Stage stage) throws Exception {
      boolean failing = stage.flag("failing");
      try (Connection connection = stage.connect()) {
        Bookings.createTable(connection);
      }
      OurSagas sagas = OurSagas.open(stage);
      SagaDefinition<Long, String> definition = sagas.steps(stage.flag("transactional"), failing);
      SagaCallers.measure(stage, sequence -> OurSagas.run(definition, sequence, failing));
    }
  }
}
