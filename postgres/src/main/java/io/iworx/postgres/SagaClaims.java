package io.iworx.postgres;

import io.iworx.sagas.spi.DefinitionVersion;
import io.iworx.sagas.spi.StoredSaga;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Leases of instances, and taking over the sagas of those whose lease has ended. */
final class SagaClaims {
  /** Rows of instances that ended long ago go with it, so that the table stays small. */
  private static final String CLAIM =
      """
      WITH alive AS (
        INSERT INTO saga_instances (instance, lease_until)
        VALUES (?, now() + ? * interval '1 millisecond')
        ON CONFLICT (instance) DO UPDATE SET lease_until = excluded.lease_until),
      gone AS (
        DELETE FROM saga_instances WHERE lease_until < now() - interval '1 day' AND instance <> ?),
      abandoned AS (
        SELECT saga.id
        FROM sagas saga
        JOIN unnest(?::text[], ?::integer[]) AS mine (definition, version)
          USING (definition, version)
        WHERE saga.state IN ('RUNNING', 'COMPENSATING')
          AND saga.instance IS DISTINCT FROM ?
          AND NOT EXISTS (
            SELECT FROM saga_instances holder
            WHERE holder.instance = saga.instance AND holder.lease_until > now())
        ORDER BY saga.id
        LIMIT ?
        FOR NO KEY UPDATE OF saga SKIP LOCKED)
      UPDATE sagas
      SET instance = ?, fence = fence + 1
      FROM abandoned
      WHERE sagas.id = abandoned.id
      RETURNING sagas.*
      """;

  private SagaClaims() {}

  static List<StoredSaga> claim(
      Connection connection,
      String instance,
      Duration lease,
      Set<DefinitionVersion> definitions,
      int limit)
      throws SQLException {
    var ordered = List.copyOf(definitions);
    var taken = new ArrayList<StoredSaga>();
    try (var statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, instance);
      statement.setLong(2, lease.toMillis());
      statement.setString(3, instance);
      statement.setArray(
          4,
          connection.createArrayOf(
              "text", ordered.stream().map(DefinitionVersion::name).toArray()));
      statement.setArray(
          5,
          connection.createArrayOf(
              "integer", ordered.stream().map(DefinitionVersion::version).toArray()));
      statement.setString(6, instance);
      statement.setInt(7, limit);
      statement.setString(8, instance);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          taken.add(SagaRows.saga(rows));
        }
      }
    }
    return SagaRows.withSteps(connection, taken);
  }

  static int release(Connection connection, String instance) throws SQLException {
    try (var statement =
        connection.prepareStatement("DELETE FROM saga_instances WHERE instance = ?")) {
      statement.setString(1, instance);
      return statement.executeUpdate();
    }
  }
}
