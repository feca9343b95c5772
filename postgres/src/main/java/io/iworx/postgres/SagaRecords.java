package io.iworx.postgres;

import io.iworx.sagas.SagaException;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.Progress;
import io.iworx.sagas.spi.SagaCancelledException;
import io.iworx.sagas.spi.SagaClaim;
import io.iworx.sagas.spi.SagaClaimLostException;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.Transition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * Writes what a saga's holder adds, in one statement that first locks the saga's row: it adds
 * nothing when the row is no longer the holder's.
 */
final class SagaRecords {
  private static final String HELD_ROW =
      """
        SELECT id FROM sagas
        WHERE id = ? AND instance = ? AND fence = ?
          AND (state = 'COMPENSATING' OR state = 'RUNNING' AND cancel_reason IS NULL)
        FOR NO KEY UPDATE)
      """;

  private static final String HELD = "WITH held AS (\n" + HELD_ROW;

  private static final String CHANGED =
      """
      WITH held AS (
        UPDATE sagas
        SET state = ?, output = ?::json, stuck_reason = ?, stuck_step = ?, stuck_from = ?,
            failed_step = coalesce(?, failed_step), failure_kind = coalesce(?, failure_kind),
            failure_message = coalesce(?, failure_message),
            failure_code = coalesce(?, failure_code),
            failure_detail = coalesce(?, failure_detail),
            ended_at = CASE WHEN ? THEN clock_timestamp() END
        WHERE id = ? AND instance = ? AND fence = ? AND state = ?{unless_cancelled}
        RETURNING id)
      """;

  private static final String LEFT =
      """
      WITH held AS (
        UPDATE sagas
        SET instance = NULL
        WHERE id = ? AND instance = ? AND fence = ?
          AND (state = 'COMPENSATING' OR state = 'RUNNING' AND cancel_reason IS NULL)
        RETURNING id)
      """;

  private static final String ADDED =
      """
      , added AS (
        INSERT INTO saga_steps (saga_id, sequence, step, kind, result, failure_kind,
          failure_message, failure_code, failure_detail, attempts, started_at, ended_at)
        SELECT held.id, record.* FROM held, (VALUES {records}) AS record)
      """;

  private static final String COMMIT = "COMMIT";

  /**
   * Records and no change of state: nearly every commit of a step, and a tenth cheaper than by the
   * statements above. Where nothing is held the id is null, which the table refuses.
   */
  private static final String ADDED_IF_HELD =
      """
      INSERT INTO saga_steps (saga_id, sequence, step, kind, result, failure_kind,
        failure_message, failure_code, failure_detail, attempts, started_at, ended_at)
      SELECT (
      """
          + HELD_ROW
          + ", record.* FROM (VALUES {records}) AS record; "
          + COMMIT;

  private static final String RECORD =
      "(?::integer, ?, ?, ?::json, ?, ?, ?, ?, ?::integer, ?::timestamptz, ?::timestamptz)";

  /** Where nothing is held it fails, and what is sent after it is not carried out. */
  private static final String FAIL_UNLESS_HELD = "SELECT 1 / count(*) FROM held; ";

  /** One step at a time is the rule. */
  private static final String ONE_ADDED_IF_HELD = addedIfHeld(1);

  private static final String DIVISION_BY_ZERO = "22012";
  private static final String NOT_NULL = "23502";

  private SagaRecords() {}

  /**
   * Adds what no wait goes with. False when another instance holds the saga, or it left the state:
   * nothing is added then.
   */
  static boolean add(Connection connection, SagaClaim claim, Progress progress)
      throws SQLException {
    try (var statement = connection.prepareStatement(sql(progress) + "SELECT count(*) FROM held")) {
      bind(statement, claim, progress);
      try (var rows = statement.executeQuery()) {
        return rows.next() && rows.getInt(1) == 1;
      }
    }
  }

  /**
   * Adds, and ends the transaction, in one round trip.
   *
   * @throws SQLException also one that {@link #saysNotHeld}; nothing is committed then
   */
  static void addAndCommit(Connection connection, SagaClaim claim, Progress progress)
      throws SQLException {
    try (var statement = connection.prepareStatement(committingSql(progress))) {
      bind(statement, claim, progress);
      statement.execute();
    }
  }

  /** Whether this is how {@link #addAndCommit} fails when another instance holds the saga. */
  static boolean saysNotHeld(SQLException e) {
    return DIVISION_BY_ZERO.equals(e.getSQLState())
        || (NOT_NULL.equals(e.getSQLState()) && isOfRecords(e));
  }

  /** Whether the table of the records refused something. */
  static boolean isOfRecords(SQLException e) {
    return e instanceof PSQLException server
        && server.getServerErrorMessage() != null
        && "saga_steps".equals(server.getServerErrorMessage().getTable());
  }

  private static void bind(PreparedStatement statement, SagaClaim claim, Progress progress)
      throws SQLException {
    var parameters = new Parameters(statement);
    var waits = progress.waits();
    if (!waits.isEmpty()) {
      SagaWaits.bindBefore(parameters, statement.getConnection(), claim.sagaId(), waits);
    }
    var transition = progress.transition();
    if (transition != null) {
      setChange(parameters, transition);
    }
    parameters.add(UUID.fromString(claim.sagaId()));
    parameters.add(claim.instance());
    parameters.add(claim.fence());
    if (transition != null) {
      parameters.add(transition.from().name());
    }
    for (var step : progress.records()) {
      setRecord(parameters, step);
    }
    if (!waits.isEmpty()) {
      SagaWaits.bind(parameters, statement.getConnection(), claim.sagaId(), waits);
    }
  }

  private static String committingSql(Progress progress) {
    var count = progress.records().size();
    if (!progress.waits().isEmpty()) {
      return SagaWaits.before(progress.waits())
          + sql(progress)
          + FAIL_UNLESS_HELD
          + SagaWaits.WAIT
          + COMMIT;
    }
    if (count == 0 || progress.transition() != null) {
      return sql(progress) + FAIL_UNLESS_HELD + COMMIT;
    }
    return count == 1 ? ONE_ADDED_IF_HELD : addedIfHeld(count);
  }

  private static String addedIfHeld(int count) {
    return withRecords(ADDED_IF_HELD, count);
  }

  private static String withRecords(String sql, int count) {
    return sql.replace("{records}", String.join(", ", Collections.nCopies(count, RECORD)));
  }

  private static String sql(Progress progress) {
    var count = progress.records().size();
    var transition = progress.transition();
    var held = progress.waits().isEmpty() ? HELD : LEFT;
    return (transition == null ? held : changed(transition))
        + (count == 0 ? "" : withRecords(ADDED, count));
  }

  /** Whether it completes or is cancelled, this statement and the other decide by the row. */
  private static String changed(Transition transition) {
    var completes = transition.to() == SagaState.COMPLETED;
    return CHANGED.replace("{unless_cancelled}", completes ? " AND cancel_reason IS NULL" : "");
  }

  /** Why nothing was added; empty when the holder could go on. */
  static Optional<SagaException> refusal(Connection connection, SagaClaim claim, Progress progress)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT state, cancel_reason FROM sagas WHERE id = ? AND instance = ? AND fence = ?")) {
      var parameters = new Parameters(statement);
      parameters.add(UUID.fromString(claim.sagaId()));
      parameters.add(claim.instance());
      parameters.add(claim.fence());
      try (var rows = statement.executeQuery()) {
        return rows.next()
            ? refusal(claim, progress, SagaState.valueOf(rows.getString(1)), rows.getString(2))
            : Optional.of(new SagaClaimLostException(claim));
      }
    }
  }

  private static Optional<SagaException> refusal(
      SagaClaim claim, Progress progress, SagaState state, @Nullable String cancelReason) {
    var transition = progress.transition();
    if (transition == null ? !state.isOpen() : transition.from() != state) {
      return Optional.of(new SagaClaimLostException(claim));
    }
    var goesOn = transition == null || transition.to() == SagaState.COMPLETED;
    return cancelReason != null && state == SagaState.RUNNING && goesOn
        ? Optional.of(new SagaCancelledException(claim.sagaId(), cancelReason))
        : Optional.empty();
  }

  private static void setChange(Parameters parameters, Transition transition) throws SQLException {
    parameters.add(transition.to().name());
    parameters.add(transition.output());
    parameters.add(transition.stuckReason());
    parameters.add(transition.stuckStep());
    parameters.add(transition.to() == SagaState.STUCK ? transition.from().name() : null);
    var failure = transition.failure();
    parameters.add(failure == null ? null : failure.step());
    setFailure(parameters, failure);
    parameters.add(!transition.to().isOpen());
  }

  private static void setRecord(Parameters parameters, StepRecord step) throws SQLException {
    parameters.add(step.sequence());
    parameters.add(step.step());
    parameters.add(step.kind().name());
    parameters.add(step.result());
    setFailure(parameters, step.failure());
    parameters.add(step.attempts());
    parameters.add(OffsetDateTime.ofInstant(step.startedAt(), ZoneOffset.UTC));
    parameters.add(OffsetDateTime.ofInstant(step.endedAt(), ZoneOffset.UTC));
  }

  private static void setFailure(Parameters parameters, @Nullable SagaFailure failure)
      throws SQLException {
    parameters.add(failure == null ? null : failure.kind().name());
    parameters.add(failure == null ? null : failure.message());
    parameters.add(failure == null ? null : failure.code());
    parameters.add(failure == null ? null : failure.detail());
  }
}
