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
  static final String INSERT =
      """
      INSERT INTO sagas (id, definition, version, key, parent_id, input, correlation_id,
        causation_id, calling_service, user_id, organization_id, cross_project_access, traceparent,
        tracestate, baggage, instance, started_at, fence)
      VALUES (?, ?, ?, ?, ?::uuid, ?::json, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO NOTHING
      RETURNING id
      """;

  private SagaRows() {}

  /**
   * Begins a saga, unless the id, or the key within the definition, is there already.
   *
   * @param instance who holds it, with the first fence; null for nobody
   */
  static Optional<StoredSaga> insert(Connection connection, NewSaga saga, @Nullable String instance)
      throws SQLException {
    try (var statement = connection.prepareStatement(INSERT)) {
      var stored = bind(new Parameters(statement), saga, instance);
      try (var row = statement.executeQuery()) {
        return row.next() ? Optional.of(stored) : Optional.empty();
      }
    }
  }

  /** The same behind another statement, of one parameter, that is sent along with it. */
  static Optional<StoredSaga> insertAfter(
      Connection connection, String first, String parameter, NewSaga saga, String instance)
      throws SQLException {
    try (var statement = connection.prepareStatement(first + ";\n" + INSERT)) {
      var parameters = new Parameters(statement);
      parameters.add(parameter);
      var stored = bind(parameters, saga, instance);
      statement.execute();
      statement.getMoreResults();
      try (var row = statement.getResultSet()) {
        return row.next() ? Optional.of(stored) : Optional.empty();
      }
    }
  }

  /** Returns it as it is stored if it is. */
  static StoredSaga bind(Parameters parameters, NewSaga saga, @Nullable String instance)
      throws SQLException {
    var stored = saga.heldBy(instance, instance == null ? 0 : 1);
    var correlation = saga.correlation();
    var identity = correlation.identity();
    var trace = correlation.traceContext();
    parameters.add(UUID.fromString(saga.id()));
    parameters.add(saga.definition());
    parameters.add(saga.version());
    parameters.add(saga.key());
    parameters.add(saga.parent());
    parameters.add(saga.input());
    parameters.add(correlation.correlationId());
    parameters.add(correlation.causationId());
    parameters.add(correlation.callingService());
    parameters.add(identity.userId());
    parameters.add(identity.organizationId());
    parameters.add(identity.crossProjectAccess());
    parameters.add(trace == null ? null : trace.traceparent());
    parameters.add(trace == null ? null : trace.tracestate());
    parameters.add(trace == null ? null : trace.baggage());
    parameters.add(instance);
    parameters.add(OffsetDateTime.ofInstant(saga.startedAt(), ZoneOffset.UTC));
    parameters.add(stored.fence());
    return stored;
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

  static List<StoredSaga> children(Connection connection, UUID id) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT * FROM sagas WHERE parent_id = ? ORDER BY started_at, key")) {
      statement.setObject(1, id);
      return sagas(statement);
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
        row.getString("parent_id"),
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
