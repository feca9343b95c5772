package io.iworx.benchmarks.peers;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.StartWorkflowOptions;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.txstep.JdbcStepFactory;
import dev.dbos.transact.workflow.Workflow;
import io.iworx.benchmarks.load.Bookings;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.SagaCallers;
import io.iworx.benchmarks.load.Stage;
import io.iworx.postgres.ConnectionPool;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * DBOS: a workflow of three steps on the pool that our own side has. It has no compensation: the
 * body undoes by steps of its own.
 *
 * <p>Option {@code transactional}: {@code txStep} instead of {@code runStep}.
 */
final class Dbos implements Contender {
  /** As many as our own side has. */
  private static final int CONNECTIONS = 24;

  /** What DBOS wraps. */
  public interface Booking {
    String run(long sequence);
  }

  @Override
  public void run(Stage stage) throws Exception {
    try (Connection connection = stage.connect()) {
      Bookings.createTable(connection);
    }
    ConnectionPool pool =
        ConnectionPool.open(stage.jdbcUrl(), stage.user(), stage.password(), CONNECTIONS);
    DBOS dbos = new DBOS(DBOSConfig.defaults("benchmark").withDataSource(pool));
    boolean failing = stage.flag("failing");
    Steps steps =
        stage.flag("transactional")
            ? transactional(new JdbcStepFactory(dbos, pool))
            : plain(dbos, pool);
    Booking booking = dbos.registerProxy(Booking.class, new Body(steps, failing));
    dbos.launch();
    String expected = failing ? "undone" : "booked";
    SagaCallers.measure(
        stage,
        sequence -> {
          String result =
              dbos.startWorkflow(
                      () -> booking.run(sequence), new StartWorkflowOptions("saga-" + sequence))
                  .getResult();
          if (!expected.equals(result)) {
            throw new IllegalStateException("Workflow " + sequence + " ended as " + result);
          }
        });
  }

  /** A step that writes a row, or fails before it does. */
  @FunctionalInterface
  private interface Steps {
    void run(long sequence, String step, boolean failing) throws SQLException;
  }

  private static Steps plain(DBOS dbos, ConnectionPool pool) {
    return (sequence, step, failing) ->
        dbos.runStep(
            () -> {
              requireNot(failing);
              try (Connection connection = pool.getConnection()) {
                Bookings.insert(connection, sequence, step);
              }
            },
            step);
  }

  private static Steps transactional(JdbcStepFactory factory) {
    return (sequence, step, failing) ->
        factory.txStep(
            connection -> {
              requireNot(failing);
              Bookings.insert(connection, sequence, step);
            },
            step);
  }

  private static void requireNot(boolean failing) {
    if (failing) {
      throw new IllegalStateException("It is fully booked.");
    }
  }

  /** The workflow. */
  public record Body(Steps steps, boolean failing) implements Booking {

    @Override
    @Workflow(name = "booking")
    public String run(long sequence) {
      try {
        steps.run(sequence, "inventory", false);
        steps.run(sequence, "technician", false);
        try {
          steps.run(sequence, "notice", failing);
          return "booked";
        } catch (IllegalStateException e) {
          steps.run(sequence, "technician/undo", false);
          steps.run(sequence, "inventory/undo", false);
          return "undone";
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
