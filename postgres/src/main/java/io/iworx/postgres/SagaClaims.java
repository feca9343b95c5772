package io.iworx.postgres;

import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.StoredSaga;
import io.iworx.sagas.spi.TakenOver;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Leases of instances, and taking over the sagas of those whose lease has ended. */
final class SagaClaims {
  /** Rows of instances that ended long ago go with it, so that the table stays small. */
  private static final String CLAIM =
      """
      WITH RECURSIVE
      alive AS (
        INSERT INTO saga_instances (instance, lease_until, definitions)
        VALUES (?, now() + ? * interval '1 millisecond', ?)
        ON CONFLICT (instance) DO UPDATE
          SET lease_until = excluded.lease_until, definitions = excluded.definitions),
      gone AS (
        DELETE FROM saga_instances WHERE lease_until < now() - interval '1 day' AND instance <> ?),
      mine AS (SELECT * FROM unnest(?::text[], ?::integer[]) AS mine (definition, version)),
      types AS (
        SELECT definition, (
          SELECT min(event_type) FROM saga_waits wait
          WHERE wait.definition = defined.definition AND event_id IS NULL
            AND event_type IS NOT NULL) AS event_type
        FROM (SELECT DISTINCT definition FROM mine) defined
        UNION ALL
        SELECT definition, (
          SELECT min(event_type) FROM saga_waits wait
          WHERE wait.definition = types.definition AND event_id IS NULL
            AND event_type > types.event_type)
        FROM types WHERE event_type IS NOT NULL),
      abandoned AS (
        SELECT saga.id
        FROM sagas saga JOIN mine USING (definition, version)
        WHERE saga.state IN ('RUNNING', 'COMPENSATING') AND saga.wake_at IS NULL
          AND saga.instance IS DISTINCT FROM ?
          AND NOT EXISTS (
            SELECT FROM saga_instances holder
            WHERE holder.instance = saga.instance AND holder.lease_until > now())
        ORDER BY saga.id
        LIMIT ?
        FOR NO KEY UPDATE OF saga SKIP LOCKED),
      due AS (
        SELECT saga.id
        FROM sagas saga JOIN mine USING (definition, version)
        WHERE saga.state IN ('RUNNING', 'COMPENSATING') AND saga.wake_at <= now()
          AND saga.instance IS DISTINCT FROM ?
          AND NOT EXISTS (
            SELECT FROM saga_instances holder
            WHERE holder.instance = saga.instance AND holder.lease_until > now())
        ORDER BY saga.wake_at
        LIMIT ?
        FOR NO KEY UPDATE OF saga SKIP LOCKED),
      taken AS (
        UPDATE sagas
        SET instance = ?, fence = fence + 1, wake_at = NULL,
            wake_step = CASE WHEN instance IS NULL AND wake_at IS NOT NULL THEN wake_step END
        FROM (SELECT id FROM abandoned UNION ALL SELECT id FROM due) found
        WHERE sagas.id = found.id
        RETURNING sagas.*),
      timed_out AS (
        DELETE FROM saga_waits wait USING taken
        WHERE wait.saga_id = taken.id AND wait.event_id IS NULL AND wait.child_id IS NULL
          AND wait.due_at <= now()
        RETURNING wait.saga_id, wait.step, wait.due_at),
      noted AS (
        INSERT INTO saga_steps
          (saga_id, sequence, step, kind, result, attempts, started_at, ended_at)
        SELECT saga_id,
          (SELECT coalesce(max(sequence), 0) FROM saga_steps WHERE saga_id = timed_out.saga_id)
            + row_number() OVER (PARTITION BY saga_id ORDER BY due_at, step),
          step, 'NOTED', 'null', 1, due_at, now()
        FROM timed_out)
      SELECT others.lease_end, later.wake,
        (SELECT array_agg(DISTINCT event_type) FROM types WHERE event_type IS NOT NULL) AS awaited, taken.*
      FROM (
        SELECT ceil(extract(epoch FROM min(lease_until) - now()) * 1000)::bigint AS lease_end
        FROM saga_instances
        WHERE instance <> ? AND lease_until > now()) others
      CROSS JOIN (
        SELECT ceil(extract(epoch FROM min(next.wake_at) - now()) * 1000)::bigint AS wake
        FROM mine CROSS JOIN LATERAL (
          SELECT saga.wake_at
          FROM sagas saga
          WHERE saga.definition = mine.definition AND saga.version = mine.version
            AND saga.state IN ('RUNNING', 'COMPENSATING') AND saga.wake_at > now()
          ORDER BY saga.wake_at LIMIT 1) next) later
      LEFT JOIN taken ON true
      """;

  private SagaClaims() {}

  static TakenOver claim(
      Connection connection,
      String instance,
      Duration lease,
      Set<DefinitionVersion> definitions,
      int limit)
      throws SQLException {
    var ordered = List.copyOf(definitions);
    var taken = new ArrayList<StoredSaga>();
    Duration leaseEnd = null;
    Duration wake = null;
    var awaited = new HashSet<String>();
    try (var statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, instance);
      statement.setLong(2, lease.toMillis());
      statement.setArray(3, texts(connection, ordered, it -> it.name() + "/" + it.version()));
      statement.setString(4, instance);
      statement.setArray(5, texts(connection, ordered, DefinitionVersion::name));
      statement.setArray(
          6,
          connection.createArrayOf(
              "integer", ordered.stream().map(DefinitionVersion::version).toArray()));
      statement.setString(7, instance);
      statement.setInt(8, limit);
      statement.setString(9, instance);
      statement.setInt(10, limit);
      statement.setString(11, instance);
      statement.setString(12, instance);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          leaseEnd = millis(rows, "lease_end");
          wake = millis(rows, "wake");
          var types = rows.getArray("awaited");
          if (types != null) {
            awaited.addAll(List.of((String[]) types.getArray()));
          }
          if (rows.getString("id") != null) {
            taken.add(SagaRows.saga(rows));
          }
        }
      }
    }
    return new TakenOver(SagaRows.withSteps(connection, taken), leaseEnd, wake, awaited);
  }

  private static Array texts(
      Connection connection,
      List<DefinitionVersion> definitions,
      Function<DefinitionVersion, String> text)
      throws SQLException {
    return connection.createArrayOf("text", definitions.stream().map(text).toArray());
  }

  private static @Nullable Duration millis(ResultSet row, String column) throws SQLException {
    var millis = row.getLong(column);
    return row.wasNull() ? null : Duration.ofMillis(millis);
  }

  static Set<String> heldBy(Connection connection, String instance) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            """
            SELECT id FROM sagas
            WHERE state IN ('RUNNING', 'COMPENSATING') AND instance = ?
            """)) {
      statement.setString(1, instance);
      var held = new HashSet<String>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          held.add(rows.getString(1));
        }
      }
      return held;
    }
  }

  static int release(Connection connection, String instance) throws SQLException {
    try (var statement =
        connection.prepareStatement("DELETE FROM saga_instances WHERE instance = ?")) {
      statement.setString(1, instance);
      return statement.executeUpdate();
    }
  }
}
