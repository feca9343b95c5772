package io.iworx.postgres;

import io.iworx.sagas.SagaException;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaWork;
import io.iworx.sagas.spi.StoredSaga;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * A transaction that a saga's step shares with its record. What fails on our side is a {@link
 * io.iworx.sagas.spi.SagaStoreException}; what fails because of the step's own rows, also if only
 * the commit tells, is the step's failure.
 */
final class SagaTransaction implements AutoCloseable {
  private static final String IN_FAILED_TRANSACTION = "25P02";

  private static final String LIMIT_IDLENESS =
      "SELECT set_config('idle_in_transaction_session_timeout', ?, true)";

  private final Connection connection;
  private final SagaClaim claim;
  private final boolean autoCommit;
  private boolean committed;

  private SagaTransaction(Connection connection, SagaClaim claim, boolean autoCommit) {
    this.connection = connection;
    this.claim = claim;
    this.autoCommit = autoCommit;
  }

  @SuppressWarnings("MustBeClosedChecker") // the connection is closed by close()
  static SagaTransaction begin(DataSource dataSource, SagaClaim claim) {
    try {
      var connection = dataSource.getConnection();
      try {
        var transaction = new SagaTransaction(connection, claim, connection.getAutoCommit());
        connection.setAutoCommit(false);
        return transaction;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw PostgresSagaStore.failed("A step of saga " + claim.sagaId() + " was not begun", e);
    }
  }

  /** A holder that is paused in its step keeps the rows it locked no longer than its lease. */
  void limitIdleness() {
    try (var statement = connection.prepareStatement(LIMIT_IDLENESS)) {
      statement.setString(1, lease());
      statement.execute();
    } catch (SQLException e) {
      throw PostgresSagaStore.failed("A step of saga " + claim.sagaId() + " was not begun", e);
    }
  }

  /** Begins the saga itself, too; empty when its definition has one with this key. */
  Optional<StoredSaga> start(NewSaga saga) {
    try {
      return SagaRows.insertAfter(connection, LIMIT_IDLENESS, lease(), saga, claim.instance());
    } catch (SQLException e) {
      throw PostgresSagaStore.failed("Saga " + saga.id() + " could not be started", e);
    }
  }

  private String lease() {
    return Long.toString(claim.lease().toMillis());
  }

  void run(SagaWork work) throws Exception {
    var progress = work.run(connection);
    try {
      SagaRecords.addAndCommit(connection, claim, progress);
    } catch (SQLException e) {
      throw failure(e, progress);
    }
    committed = true;
  }

  /** Of the record or the commit: they were sent together. */
  private SQLException failure(SQLException e, Progress progress) {
    if (hasState(e, IN_FAILED_TRANSACTION)) {
      return new SQLException(
          "The step caught a failure of its own statement, after which its transaction cannot"
              + " commit; use a savepoint, or let it fail.",
          IN_FAILED_TRANSACTION,
          e);
    }
    if (SagaRecords.saysNotHeld(e)) {
      refusal(progress)
          .ifPresent(
              refusal -> {
                throw refusal;
              });
    }
    // A record at the same place is another holder's, and no failure of the step's own rows.
    return ownOrStore(e, isRolledBack(e) || (hasState(e, "23") && !SagaRecords.isOfRecords(e)));
  }

  private Optional<SagaException> refusal(Progress progress) {
    try {
      connection.rollback();
      return SagaRecords.refusal(connection, claim, progress);
    } catch (SQLException e) {
      throw PostgresSagaStore.failed(PostgresSagaStore.notRecorded(claim), e);
    }
  }

  private SQLException ownOrStore(SQLException e, boolean own) {
    if (own) {
      return e;
    }
    throw PostgresSagaStore.failed(PostgresSagaStore.notRecorded(claim), e);
  }

  /** Deadlock or serialization failure: surely nothing happened. */
  private static boolean isRolledBack(SQLException e) {
    return hasState(e, "40");
  }

  private static boolean hasState(SQLException e, String beginning) {
    var state = e.getSQLState();
    return state != null && state.startsWith(beginning);
  }

  @Override
  public void close() {
    try (connection) {
      if (!committed) {
        connection.rollback();
      }
      if (autoCommit) {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      // The connection is broken, and with it the transaction; the first failure says why.
    }
  }
}
