package io.iworx.postgres;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.trace.TraceEntry;
import io.iworx.trace.spi.TraceStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Trace entries in {@code trace_entries}; events come from {@code domain_events}, dead letters from
 * {@code event_dead_letters}. Safe for any thread.
 */
public final class PostgresTraceStore implements TraceStore {
  private static final String APPEND =
      """
      INSERT INTO trace_entries (kind, id, correlation_id, caused_by, caller, user_id, organization_id,
                                 service, name, started_at, duration, succeeded, detail)
      SELECT kind, id, correlation_id, caused_by, caller, user_id, organization_id,
             service, name, started_at, duration * interval '1 microsecond', succeeded, detail
      FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                  ?::text[], ?::text[], ?::timestamptz[], ?::bigint[], ?::boolean[], ?::text[])
        AS entry (kind, id, correlation_id, caused_by, caller, user_id, organization_id,
                  service, name, started_at, duration, succeeded, detail)
      ON CONFLICT (kind, id) DO NOTHING
      """;

  private static final String FIND =
      """
      SELECT kind, id, caused_by, caller, user_id, organization_id, service, name, at,
             (extract(epoch FROM duration) * 1000000)::bigint, succeeded, detail
      FROM correlation_timeline
      WHERE correlation_id = ? AND (? OR organization_id = ?)
      ORDER BY at
      """;

  private static final String DEAD_LETTER = "DEAD_LETTER";
  private static final int MAX_DETAIL = 2_000;

  private final DataSource dataSource;

  private PostgresTraceStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** A store on a database that {@link Migrations} has migrated. */
  public static PostgresTraceStore create(DataSource dataSource) {
    return new PostgresTraceStore(dataSource);
  }

  @Override
  public void append(List<TraceEntry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    try {
      Transactions.alone(dataSource, connection -> append(connection, entries));
    } catch (SQLException e) {
      throw new TraceStoreException("Trace entries were not kept", e);
    }
  }

  private static int append(Connection connection, List<TraceEntry> entries) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(APPEND)) {
      List<Function<TraceEntry, @Nullable Object>> columns =
          List.of(
              entry -> entry.kind().name(),
              TraceEntry::id,
              entry -> entry.correlation().correlationId(),
              entry -> entry.correlation().causationId(),
              entry -> clean(entry.correlation().callingService()),
              entry -> clean(entry.correlation().identity().userId()),
              entry -> clean(entry.correlation().identity().organizationId()),
              entry -> clean(entry.service()),
              entry -> clean(entry.name()),
              entry -> OffsetDateTime.ofInstant(entry.startedAt(), ZoneOffset.UTC).toString(),
              entry -> entry.duration().toNanos() / 1_000,
              TraceEntry::succeeded,
              entry -> clean(entry.detail()));
      for (int column = 0; column < columns.size(); column++) {
        @Nullable Object[] values = new @Nullable Object[entries.size()];
        for (int row = 0; row < values.length; row++) {
          Object value = columns.get(column).apply(entries.get(row));
          values[row] = value == null ? null : value.toString();
        }
        statement.setArray(column + 1, connection.createArrayOf("text", values));
      }
      return statement.executeUpdate();
    }
  }

  /** What came from outside may hold what PostgreSQL's text cannot, or far too much. */
  private static @Nullable String clean(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String cleaned = text.indexOf('\0') < 0 ? text : text.replace('\0', ' ');
    return cleaned.length() <= MAX_DETAIL ? cleaned : cleaned.substring(0, MAX_DETAIL) + "…";
  }

  @Override
  public List<TraceEntry> find(String correlationId, Identity viewer) {
    if (!Correlation.accepts(correlationId)) {
      return List.of();
    }
    try {
      return Transactions.alone(dataSource, connection -> find(connection, correlationId, viewer));
    } catch (SQLException e) {
      throw new TraceStoreException("The trace of " + correlationId + " cannot be read", e);
    }
  }

  private static List<TraceEntry> find(Connection connection, String correlationId, Identity viewer)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setString(1, correlationId);
      statement.setBoolean(2, viewer.crossProjectAccess());
      statement.setString(3, viewer.organizationId());
      List<TraceEntry> entries = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          entries.add(entry(correlationId, row));
        }
      }
      return entries;
    }
  }

  private static TraceEntry entry(String correlationId, ResultSet row) throws SQLException {
    String kind = row.getString(1);
    String causedBy = row.getString(3);
    Correlation correlation =
        new Correlation(
            correlationId,
            Correlation.accepts(causedBy) ? causedBy : null,
            row.getString(4),
            Identity.of(row.getString(5), row.getString(6)),
            null,
            null);
    return new TraceEntry(
        kind.equals(DEAD_LETTER) ? TraceEntry.Kind.DELIVERY : TraceEntry.Kind.valueOf(kind),
        row.getString(2),
        correlation,
        row.getString(7),
        row.getString(8),
        EventRows.instant(row, 9),
        Duration.of(row.getLong(10), java.time.temporal.ChronoUnit.MICROS),
        row.getBoolean(11),
        row.getString(12));
  }
}
