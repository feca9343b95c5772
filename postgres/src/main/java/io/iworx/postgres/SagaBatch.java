package io.iworx.postgres;

import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.spi.StepRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The statements that write about many sagas at once. They go in one round trip, which is one
 * transaction as nothing else begins one.
 */
final class SagaBatch {
  /**
   * The plan is made once, for tables of any size: while they are small, another would look better
   * and be kept. Nobody waits for a lock that somebody keeps.
   */
  private static final String SETTINGS =
      """
      SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
        set_config('enable_seqscan', 'off', true), set_config('enable_material', 'off', true),
        set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
        set_config('lock_timeout', '100', true);
      """;

  private static final String STARTS =
      """
      INSERT INTO sagas (id, definition, version, key, input, correlation_id, causation_id,
        calling_service, user_id, organization_id, cross_project_access, traceparent, tracestate,
        baggage, instance, started_at)
      SELECT id::uuid, definition, version::integer, key, input::json, correlation_id,
        causation_id, calling_service, user_id, organization_id, cross_project_access::boolean,
        traceparent, tracestate, baggage, instance, started_at::timestamptz
      FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
          ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
          ?::text[])
        AS start (id, definition, version, key, input, correlation_id, causation_id,
          calling_service, user_id, organization_id, cross_project_access, traceparent,
          tracestate, baggage, instance, started_at)
      ON CONFLICT DO NOTHING
      RETURNING id
      """;

  /** As {@link SagaRecords} for one saga; rows that somebody has locked are left out. */
  private static final String ADDITIONS =
      """
      WITH change AS MATERIALIZED (
        SELECT id::uuid AS id, instance, fence::bigint AS fence, from_state, to_state, output,
          failed_step, failure_kind, failure_message, failure_code, failure_detail
        FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
            ?::text[], ?::text[], ?::text[], ?::text[])
          AS change (id, instance, fence, from_state, to_state, output, failed_step, failure_kind,
            failure_message, failure_code, failure_detail)),
      held AS (
        SELECT saga.id
        FROM change JOIN sagas saga ON saga.id = change.id
        WHERE saga.instance = change.instance AND saga.fence = change.fence
          AND saga.state IN ('RUNNING', 'COMPENSATING')
          AND saga.state = coalesce(change.from_state, saga.state)
          AND (saga.state = 'COMPENSATING' OR saga.cancel_reason IS NULL
            OR change.to_state IN ('COMPENSATING', 'COMPENSATED'))
        FOR NO KEY UPDATE OF saga SKIP LOCKED),
      changed AS (
        UPDATE sagas
        SET state = change.to_state, output = change.output::json, stuck_reason = NULL,
          stuck_step = NULL, stuck_from = NULL,
          failed_step = coalesce(change.failed_step, sagas.failed_step),
          failure_kind = coalesce(change.failure_kind, sagas.failure_kind),
          failure_message = coalesce(change.failure_message, sagas.failure_message),
          failure_code = coalesce(change.failure_code, sagas.failure_code),
          failure_detail = coalesce(change.failure_detail, sagas.failure_detail),
          ended_at = CASE WHEN change.to_state <> 'COMPENSATING' THEN clock_timestamp() END
        FROM change JOIN held USING (id)
        WHERE sagas.id = change.id AND change.to_state IS NOT NULL),
      added AS (
        INSERT INTO saga_steps (saga_id, sequence, step, kind, result, failure_kind,
          failure_message, failure_code, failure_detail, attempts, started_at, ended_at)
        SELECT held.id, sequence::integer, step, kind, result::json, failure_kind,
          failure_message, failure_code, failure_detail, attempts::integer,
          started_at::timestamptz, ended_at::timestamptz
        FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
            ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          AS record (saga_id, sequence, step, kind, result, failure_kind, failure_message,
            failure_code, failure_detail, attempts, started_at, ended_at)
        JOIN held ON held.id = record.saga_id::uuid)
      SELECT id FROM held
      """;

  private static final String ONLY_STARTS = SETTINGS + STARTS;
  private static final String ONLY_ADDITIONS = SETTINGS + ADDITIONS;
  private static final String BOTH = SETTINGS + STARTS + ";\n" + ADDITIONS;

  private static final int START_COLUMNS = 16;
  private static final int CHANGE_COLUMNS = 11;
  private static final int RECORD_COLUMNS = 12;

  private SagaBatch() {}

  /** Returns the ids of the sagas whose write is durable; nothing of the others is written. */
  static Set<String> write(Connection connection, List<SagaWrite> batch) throws SQLException {
    if (batch.size() == 1) {
      var alone = batch.getFirst();
      return alone.write(connection) ? Set.of(alone.content().sagaId()) : Set.of();
    }
    var starts = new ArrayList<@Nullable String[]>();
    var changes = new ArrayList<@Nullable String[]>();
    var records = new ArrayList<@Nullable String[]>();
    for (var write : batch) {
      switch (write.content()) {
        case SagaWrite.Content.Start start -> starts.add(values(start));
        case SagaWrite.Content.Addition addition -> {
          changes.add(values(addition));
          for (var step : addition.progress().records()) {
            records.add(values(addition.claim().sagaId(), step));
          }
        }
      }
    }
    var sql = changes.isEmpty() ? ONLY_STARTS : starts.isEmpty() ? ONLY_ADDITIONS : BOTH;
    try (var statement = connection.prepareStatement(sql)) {
      var columns = new Columns(connection, statement);
      if (!starts.isEmpty()) {
        columns.add(starts, START_COLUMNS);
      }
      if (!changes.isEmpty()) {
        columns.add(changes, CHANGE_COLUMNS);
        columns.add(records, RECORD_COLUMNS);
      }
      statement.execute();
      return ids(statement);
    }
  }

  /** Of all results but the first, which is of the settings. */
  private static Set<String> ids(Statement statement) throws SQLException {
    var ids = new HashSet<String>();
    while (statement.getMoreResults()) {
      try (var rows = statement.getResultSet()) {
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
      }
    }
    return ids;
  }

  private static @Nullable String[] values(SagaWrite.Content.Start start) {
    var saga = start.saga();
    var correlation = saga.correlation();
    var identity = correlation.identity();
    var trace = correlation.traceContext();
    return new @Nullable String[] {
      saga.id(),
      saga.definition(),
      Integer.toString(saga.version()),
      saga.key(),
      saga.input(),
      correlation.correlationId(),
      correlation.causationId(),
      correlation.callingService(),
      identity.userId(),
      identity.organizationId(),
      Boolean.toString(identity.crossProjectAccess()),
      trace == null ? null : trace.traceparent(),
      trace == null ? null : trace.tracestate(),
      trace == null ? null : trace.baggage(),
      start.instance(),
      saga.startedAt().toString()
    };
  }

  private static @Nullable String[] values(SagaWrite.Content.Addition addition) {
    var claim = addition.claim();
    var transition = addition.progress().transition();
    var failure = transition == null ? null : transition.failure();
    return new @Nullable String[] {
      claim.sagaId(),
      claim.instance(),
      Long.toString(claim.fence()),
      transition == null ? null : transition.from().name(),
      transition == null ? null : transition.to().name(),
      transition == null ? null : transition.output(),
      failure == null ? null : failure.step(),
      kind(failure),
      failure == null ? null : failure.message(),
      failure == null ? null : failure.code(),
      failure == null ? null : failure.detail()
    };
  }

  private static @Nullable String[] values(String sagaId, StepRecord step) {
    var failure = step.failure();
    return new @Nullable String[] {
      sagaId,
      Integer.toString(step.sequence()),
      step.step(),
      step.kind().name(),
      step.result(),
      kind(failure),
      failure == null ? null : failure.message(),
      failure == null ? null : failure.code(),
      failure == null ? null : failure.detail(),
      Integer.toString(step.attempts()),
      step.startedAt().toString(),
      step.endedAt().toString()
    };
  }

  private static @Nullable String kind(@Nullable SagaFailure failure) {
    return failure == null ? null : failure.kind().name();
  }
}
