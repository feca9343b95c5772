package io.iworx.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * How large the whole log is.
 *
 * @param events how many events it has, as PostgreSQL estimates it
 * @param bytes what it takes on disk, with its indexes
 * @param oldest when its first event was published; null when it has none
 */
public record LogSize(long events, long bytes, @Nullable Instant oldest) {
  private static final String SELECT =
      """
      WITH log AS (
        SELECT 'domain_events'::regclass::oid AS oid
        UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = 'domain_events'::regclass
      )
      SELECT sum(greatest(reltuples, pg_stat_get_live_tuples(oid), 0))::bigint,
             sum(pg_total_relation_size(oid))::bigint,
             (SELECT coalesce(published_at, created_at) FROM domain_events ORDER BY position LIMIT 1)
      FROM log JOIN pg_class USING (oid)
      WHERE relkind <> 'p'
      """;

  static LogSize of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SELECT)) {
      row.next();
      OffsetDateTime oldest = row.getObject(3, OffsetDateTime.class);
      return new LogSize(
          row.getLong(1), row.getLong(2), oldest == null ? null : oldest.toInstant());
    }
  }
}
