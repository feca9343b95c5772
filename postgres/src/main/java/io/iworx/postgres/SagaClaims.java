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
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Leases of instances, and taking over the sagas of those whose lease has ended. */
final class SagaClaims {
  /** Rows of instances that ended long ago go with it, so that the table stays small. */
  private static final String CLAIM =
      """
      WITH alive AS (
        INSERT INTO saga_instances (instance, lease_until, definitions)
        VALUES (?, now() + ? * interval '1 millisecond', ?)
        ON CONFLICT (instance) DO UPDATE
          SET lease_until = excluded.lease_until, definitions = excluded.definitions),
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
        FOR NO KEY UPDATE OF saga SKIP LOCKED),
      taken AS (
        UPDATE sagas
        SET instance = ?, fence = fence + 1
        FROM abandoned
        WHERE sagas.id = abandoned.id
        RETURNING sagas.*)
      SELECT others.lease_end, taken.*
      FROM (
        SELECT ceil(extract(epoch FROM min(lease_until) - now()) * 1000)::bigint AS lease_end
        FROM saga_instances
        WHERE instance <> ? AND lease_until > now()) others
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
      statement.setString(10, instance);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          leaseEnd = leaseEnd(rows);
          if (rows.getString("id") != null) {
            taken.add(SagaRows.saga(rows));
          }
        }
      }
    }
    return new TakenOver(SagaRows.withSteps(connection, taken), leaseEnd);
  }

  private static Array texts(
      Connection connection,
      List<DefinitionVersion> definitions,
      Function<DefinitionVersion, String> text)
      throws SQLException {
    return connection.createArrayOf("text", definitions.stream().map(text).toArray());
  }

  private static @Nullable Duration leaseEnd(ResultSet row) throws SQLException {
    var millis = row.getLong("lease_end");
    return row.wasNull() ? null : Duration.ofMillis(millis);
  }

  static int release(Connection connection, String instance) throws SQLException {
    try (var statement =
        connection.prepareStatement("DELETE FROM saga_instances WHERE instance = ?")) {
      statement.setString(1, instance);
      return statement.executeUpdate();
    }
  }
}
