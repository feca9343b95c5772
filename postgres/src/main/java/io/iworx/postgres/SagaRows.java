package io.iworx.postgres;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.correlation.TraceContext;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.NewSaga;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Rows of {@code sagas} and {@code saga_steps}, read and begun. */
final class SagaRows {
  private static final String INSERT =
      """
      INSERT INTO sagas (id, definition, version, key, input, correlation_id, causation_id,
        calling_service, user_id, organization_id, cross_project_access, traceparent, tracestate,
        baggage, instance, started_at, fence)
      VALUES (?, ?, ?, ?, ?::json, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      RETURNING *
      """;

  private SagaRows() {}

  /** Empty when the id, or the key within the definition, is there already. */
  static Optional<StoredSaga> insert(Connection connection, NewSaga saga, String instance)
      throws SQLException {
    return insert(connection, saga, instance, 1);
  }

  /** The same, held by nobody: its first holder gets fence 1. */
  static Optional<StoredSaga> insertUnheld(Connection connection, NewSaga saga)
      throws SQLException {
    return insert(connection, saga, null, 0);
  }

  private static Optional<StoredSaga> insert(
      Connection connection, NewSaga saga, @Nullable String instance, long fence)
      throws SQLException {
    var correlation = saga.correlation();
    var identity = correlation.identity();
    var trace = correlation.traceContext();
    try (var statement = connection.prepareStatement(INSERT)) {
      statement.setObject(1, UUID.fromString(saga.id()));
      statement.setString(2, saga.definition());
      statement.setInt(3, saga.version());
      statement.setString(4, saga.key());
      statement.setString(5, saga.input());
      statement.setString(6, correlation.correlationId());
      statement.setString(7, correlation.causationId());
      statement.setString(8, correlation.callingService());
      statement.setString(9, identity.userId());
      statement.setString(10, identity.organizationId());
      statement.setBoolean(11, identity.crossProjectAccess());
      statement.setString(12, trace == null ? null : trace.traceparent());
      statement.setString(13, trace == null ? null : trace.tracestate());
      statement.setString(14, trace == null ? null : trace.baggage());
      statement.setString(15, instance);
      statement.setLong(17, fence);
      statement.setObject(16, OffsetDateTime.ofInstant(saga.startedAt(), ZoneOffset.UTC));
      return sagas(statement).stream().findFirst();
    }
  }

  static Optional<StoredSaga> find(Connection connection, UUID id) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT * FROM sagas WHERE id = ?")) {
      statement.setObject(1, id);
      return withSteps(connection, sagas(statement)).stream().findFirst();
    }
  }

  static Optional<StoredSaga> findByKey(Connection connection, String definition, String key)
      throws SQLException {
    try (var statement =
        connection.prepareStatement("SELECT * FROM sagas WHERE definition = ? AND key = ?")) {
      statement.setString(1, definition);
      statement.setString(2, key);
      return sagas(statement).stream().findFirst();
    }
  }

  static List<StoredSaga> list(Connection connection, Set<SagaState> states, int limit)
      throws SQLException {
    // Ids grow with the time of the start.
    try (var statement =
        connection.prepareStatement(
            "SELECT * FROM sagas WHERE state = ANY (?::text[]) ORDER BY id DESC LIMIT ?")) {
      var names = states.stream().map(SagaState::name).toArray();
      statement.setArray(1, connection.createArrayOf("text", names));
      statement.setInt(2, limit);
      return sagas(statement);
    }
  }

  static Set<String> ended(Connection connection, Set<String> ids) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            SELECT id FROM sagas
            WHERE id = ANY (?::uuid[]) AND state NOT IN ('RUNNING', 'COMPENSATING')
            """)) {
      statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
      var ended = new HashSet<String>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          ended.add(rows.getString(1));
        }
      }
      return ended;
    }
  }

  /** The same sagas, each with its step records. */
  static List<StoredSaga> withSteps(Connection connection, List<StoredSaga> sagas)
      throws SQLException {
    if (sagas.isEmpty()) {
      return sagas;
    }
    var steps = new HashMap<String, List<StepRecord>>();
    try (var statement =
        connection.prepareStatement(
            "SELECT * FROM saga_steps WHERE saga_id = ANY (?::uuid[]) ORDER BY saga_id, sequence")) {
      var ids = sagas.stream().map(StoredSaga::id).toArray();
      statement.setArray(1, connection.createArrayOf("uuid", ids));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          steps.computeIfAbsent(rows.getString("saga_id"), _ -> new ArrayList<>()).add(step(rows));
        }
      }
    }
    return sagas.stream()
        .map(saga -> saga.withSteps(steps.getOrDefault(saga.id(), List.of())))
        .toList();
  }

  private static List<StoredSaga> sagas(PreparedStatement statement) throws SQLException {
    var sagas = new ArrayList<StoredSaga>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        sagas.add(saga(rows));
      }
    }
    return sagas;
  }

  static StoredSaga saga(ResultSet row) throws SQLException {
    var stuckFrom = row.getString("stuck_from");
    return new StoredSaga(
        row.getString("id"),
        row.getString("definition"),
        row.getInt("version"),
        row.getString("key"),
        SagaState.valueOf(row.getString("state")),
        row.getString("input"),
        row.getString("output"),
        failure(row, row.getString("failed_step")),
        row.getString("stuck_reason"),
        row.getString("stuck_step"),
        stuckFrom == null ? null : SagaState.valueOf(stuckFrom),
        row.getString("cancel_reason"),
        row.getObject("wake_at") == null ? null : instant(row, "wake_at"),
        row.getString("wake_step"),
        correlation(row),
        row.getString("instance"),
        row.getLong("fence"),
        instant(row, "started_at"),
        row.getObject("ended_at") == null ? null : instant(row, "ended_at"),
        List.of());
  }

  private static Correlation correlation(ResultSet row) throws SQLException {
    return new Correlation(
        row.getString("correlation_id"),
        row.getString("causation_id"),
        row.getString("calling_service"),
        new Identity(
            row.getString("user_id"),
            row.getString("organization_id"),
            row.getBoolean("cross_project_access")),
        null,
        TraceContext.of(
            row.getString("traceparent"), row.getString("tracestate"), row.getString("baggage")));
  }

  private static StepRecord step(ResultSet row) throws SQLException {
    return new StepRecord(
        row.getInt("sequence"),
        row.getString("step"),
        StepRecord.Kind.valueOf(row.getString("kind")),
        row.getString("result"),
        failure(row, row.getString("step")),
        row.getInt("attempts"),
        instant(row, "started_at"),
        instant(row, "ended_at"));
  }

  private static @Nullable SagaFailure failure(ResultSet row, @Nullable String step)
      throws SQLException {
    var kind = row.getString("failure_kind");
    if (kind == null || step == null) {
      return null;
    }
    return new SagaFailure(
        step,
        row.getString("failure_message"),
        SagaFailure.Kind.valueOf(kind),
        row.getString("failure_code"),
        row.getString("failure_detail"));
  }

  private static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }
}
