package io.iworx.postgres;

import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Rows of domain_events as entries of the log, whatever an old writer put or left out. */
final class EventRows {
  /** The columns {@link #entry} reads, in its order. */
  static final String COLUMNS =
      """
      position, coalesce(event_id, id::text), coalesce(event_type, ''), coalesce(service_name, ''),
      correlation_id, causation_id, coalesce(published_at, created_at, 'epoch'), key,
      coalesce(payload, 'null')::text, coalesce(metadata, '{}')::text, traceparent, tracestate, baggage, expires_at\
      """;

  static final int COLUMN_COUNT = 14;

  private EventRows() {}

  static LogEntry entry(ResultSet row) throws SQLException {
    return new LogEntry(
        row.getLong(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        instant(row, 7),
        row.getString(8),
        row.getString(9),
        row.getString(10),
        TraceContext.of(row.getString(11), row.getString(12), row.getString(13)),
        optionalInstant(row, 14));
  }

  static Instant instant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time.toInstant();
  }

  private static @Nullable Instant optionalInstant(ResultSet row, int column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
