package io.iworx.postgres;

import io.iworx.sagas.SagaException;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaClaimLostException;
import io.iworx.sagas.spi.SagaEvent;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.sagas.spi.SagaStoreException;
import io.iworx.sagas.spi.SagaWork;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.TakenOver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Sagas in PostgreSQL: the tables {@code sagas}, {@code saga_steps}, {@code saga_waits}, {@code
 * saga_events} and {@code saga_instances}.
 *
 * <p>Cost: a start is one round trip and commit, and so is a {@link #commit}; those that come while
 * one is under way share the next. A {@link #commitIn} is two round trips beside those of the work,
 * the second of which commits; a {@link #startWith} is no more.
 */
public final class PostgresSagaStore implements SagaStore {
  private final DataSource dataSource;
  private final SagaWrites writes;

  private PostgresSagaStore(DataSource dataSource) {
    this.dataSource = dataSource;
    this.writes = new SagaWrites(dataSource);
  }

  /** A store on a database that {@link Migrations} has migrated; the data source stays open. */
  public static PostgresSagaStore create(DataSource dataSource) {
    return new PostgresSagaStore(dataSource);
  }

  /** Statements on a connection. */
  @FunctionalInterface
  interface Statements<T> {
    T run(Connection connection) throws SQLException;
  }

  @Override
  public Set<Feature> features() {
    return EnumSet.allOf(Feature.class);
  }

  @Override
  public StoredSaga start(NewSaga saga, String instance) {
    try {
      if (writes.write(SagaWrite.start(saga, instance))) {
        return saga.heldBy(instance, 1);
      }
    } catch (SQLException e) {
      throw failed("Saga " + saga.id() + " could not be started", e);
    }
    return alone(
        "Saga " + saga.id() + " could not be started",
        connection -> {
          var started = SagaRows.insert(connection, saga, instance);
          return started.isPresent()
              ? started.get()
              : SagaRows.findByKey(connection, saga.definition(), saga.key())
                  .orElseThrow(() -> new SQLException("The saga that has the key is gone."));
        });
  }

  @Override
  public StoredSaga startIn(Connection connection, NewSaga saga) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalStateException(
            "A saga that starts in a transaction needs one: turn autocommit off.");
      }
      var started = SagaRows.insert(connection, saga, null);
      return started.isPresent()
          ? started.get()
          : SagaRows.findByKey(connection, saga.definition(), saga.key())
              .orElseThrow(() -> new SQLException("The saga that has the key is gone."));
    } catch (SQLException e) {
      throw failed("Saga " + saga.id() + " could not be started", e);
    }
  }

  @Override
  public StoredSaga startWith(NewSaga saga, SagaClaim claim, SagaWork work) throws Exception {
    try (var transaction = SagaTransaction.begin(dataSource, claim)) {
      var started = transaction.start(saga);
      if (started.isPresent()) {
        transaction.run(work);
        return started.get();
      }
    }
    return withKey(saga);
  }

  private StoredSaga withKey(NewSaga saga) {
    return alone(
        "Saga " + saga.id() + " could not be started",
        connection ->
            SagaRows.findByKey(connection, saga.definition(), saga.key())
                .orElseThrow(() -> new SQLException("The saga that has the key is gone.")));
  }

  @Override
  public TakenOver claim(
      String instance, Duration lease, Set<DefinitionVersion> definitions, int limit) {
    return alone(
        "Instance " + instance + " could not prolong its lease",
        connection -> SagaClaims.claim(connection, instance, lease, definitions, limit));
  }

  @Override
  public Set<String> heldBy(String instance) {
    return alone(
        "The sagas of instance " + instance + " could not be looked for",
        connection -> SagaClaims.heldBy(connection, instance));
  }

  @Override
  public void commit(SagaClaim claim, Progress progress) {
    if (!progress.waits().isEmpty()) {
      commitWaiting(claim, progress);
      return;
    }
    try {
      if (SagaWrite.isCommon(progress) && writes.write(SagaWrite.addition(claim, progress))) {
        return;
      }
    } catch (SQLException e) {
      throw failed(notRecorded(claim), e);
    }
    var refusal =
        alone(
            notRecorded(claim),
            connection ->
                SagaRecords.add(connection, claim, progress)
                    ? Optional.<SagaException>empty()
                    : SagaRecords.refusal(connection, claim, progress)
                        .or(() -> Optional.of(new SagaClaimLostException(claim))));
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  /** Of more than one statement. */
  private void commitWaiting(SagaClaim claim, Progress progress) {
    try (var transaction = SagaTransaction.begin(dataSource, claim)) {
      transaction.run(_ -> progress);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new SagaStoreException(notRecorded(claim) + ": " + e.getMessage(), e);
    }
  }

  @Override
  public int arrive(SagaEvent event) {
    return alone(
        "Event " + event.id() + " could not be kept for sagas",
        connection -> SagaWaits.arrive(connection, event));
  }

  @Override
  public Optional<Instant> oldestStart() {
    return alone("The oldest saga could not be looked for", SagaWaits::oldestStart);
  }

  @Override
  public void commitIn(SagaClaim claim, SagaWork work) throws Exception {
    try (var transaction = SagaTransaction.begin(dataSource, claim)) {
      transaction.limitIdleness();
      transaction.run(work);
    }
  }

  @Override
  public SagaOperations operations() {
    return new PostgresSagaOperations(this);
  }

  @Override
  public void release(String instance) {
    alone(
        "The lease of instance " + instance + " could not be ended",
        connection -> SagaClaims.release(connection, instance));
  }

  @Override
  public Optional<StoredSaga> find(String sagaId) {
    UUID id;
    try {
      id = UUID.fromString(sagaId);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return alone(
        "Saga " + sagaId + " could not be read", connection -> SagaRows.find(connection, id));
  }

  @Override
  public Set<String> ended(Set<String> sagaIds) {
    return alone(
        "Ended sagas could not be looked for", connection -> SagaRows.ended(connection, sagaIds));
  }

  @Override
  public List<StoredSaga> list(Set<SagaState> states, int limit) {
    return alone(
        "The sagas could not be listed", connection -> SagaRows.list(connection, states, limit));
  }

  static String notRecorded(SagaClaim claim) {
    return "The progress of saga " + claim.sagaId() + " could not be recorded";
  }

  static SagaStoreException failed(String what, SQLException e) {
    return new SagaStoreException(
        what + ": " + e.getMessage() + " (SQL state " + e.getSQLState() + ").", e);
  }

  <T> T alone(String failure, Statements<T> statements) {
    try (var connection = dataSource.getConnection()) {
      var before = connection.getAutoCommit();
      if (!before) {
        connection.setAutoCommit(true);
      }
      try {
        return statements.run(connection);
      } finally {
        if (!before) {
          connection.setAutoCommit(false);
        }
      }
    } catch (SQLException e) {
      throw failed(failure, e);
    }
  }
}
