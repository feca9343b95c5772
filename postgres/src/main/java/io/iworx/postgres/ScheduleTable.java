package io.iworx.postgres;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.ScheduledEvent;
import io.iworx.eventbus.spi.Draft;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table {@code scheduled_events}. */
final class ScheduleTable {
  private static final String ADD =
      """
      INSERT INTO scheduled_events
        (event_id, due_at, event_type, service_name, correlation_id, causation_id, key, payload, metadata,
         traceparent, tracestate, baggage, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?, ?)
      ON CONFLICT (event_id) DO NOTHING
      """;

  private static final String COLUMNS =
      "event_id, event_type, service_name, correlation_id, key, due_at, payload::text, refused";

  private static final String FIND =
      "SELECT "
          + COLUMNS
          + ", (event_type, key, payload) IS NOT DISTINCT FROM (?, ?, ?::jsonb) FROM scheduled_events WHERE event_id = ?";

  private static final String LIST =
      "SELECT " + COLUMNS + " FROM scheduled_events ORDER BY due_at, event_id LIMIT ?";

  private static final String CANCEL = "DELETE FROM scheduled_events WHERE event_id = ?";

  /** Others' rows are theirs to move; what they cancel meanwhile is gone. */
  private static final String DUE =
      """
      SELECT event_id, event_type, service_name, correlation_id, causation_id, key, payload::text,
             metadata::text, traceparent, tracestate, baggage, expires_at
      FROM scheduled_events
      WHERE due_at <= clock_timestamp() AND refused IS NULL AND event_id <> ALL (?::text[])
      ORDER BY due_at, event_id
      LIMIT ?
      FOR UPDATE SKIP LOCKED
      """;

  private static final String REMOVE =
      "DELETE FROM scheduled_events WHERE event_id = ANY (?::text[])";

  private static final String REFUSE = "UPDATE scheduled_events SET refused = ? WHERE event_id = ?";

  private static final String NEXT =
      """
      SELECT ceil(extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::bigint
      FROM scheduled_events
      WHERE refused IS NULL AND event_id <> ALL (?::text[])
      """;

  private ScheduleTable() {}

  static ScheduledEvent add(Connection connection, Draft draft, Instant at) throws SQLException {
    if (insert(connection, draft, at)) {
      return given(draft, at);
    }
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setString(1, draft.type());
      statement.setString(2, draft.key());
      statement.setString(3, draft.payload());
      statement.setString(4, draft.id());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new EventException(
              "Event "
                  + draft.id()
                  + " was cancelled or became due while it was scheduled again: try again.");
        }
        if (!row.getBoolean(9)) {
          throw new EventConflictException(draft.id());
        }
        return event(row);
      }
    }
  }

  private static boolean insert(Connection connection, Draft draft, Instant at)
      throws SQLException {
    TraceContext trace = draft.correlation().traceContext();
    try (PreparedStatement statement = connection.prepareStatement(ADD)) {
      statement.setString(1, draft.id());
      statement.setObject(2, at.atOffset(ZoneOffset.UTC));
      statement.setString(3, draft.type());
      statement.setString(4, draft.service());
      statement.setString(5, draft.correlation().correlationId());
      statement.setString(6, draft.correlation().causationId());
      statement.setString(7, draft.key());
      statement.setString(8, draft.payload());
      statement.setString(9, draft.metadata());
      statement.setString(10, trace == null ? null : trace.traceparent());
      statement.setString(11, trace == null ? null : trace.tracestate());
      statement.setString(12, trace == null ? null : trace.baggage());
      Instant expiresAt = draft.expiresAt();
      statement.setObject(13, expiresAt == null ? null : expiresAt.atOffset(ZoneOffset.UTC));
      return statement.executeUpdate() > 0;
    }
  }

  static ScheduledEvent given(Draft draft, Instant at) {
    return new ScheduledEvent(
        draft.id(),
        draft.type(),
        draft.service(),
        draft.correlation().correlationId(),
        draft.key(),
        at,
        draft.payload(),
        null);
  }

  private static ScheduledEvent event(ResultSet row) throws SQLException {
    return new ScheduledEvent(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        EventRows.instant(row, 6),
        row.getString(7),
        row.getString(8));
  }

  static List<ScheduledEvent> list(Connection connection, int limit) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setInt(1, limit);
      List<ScheduledEvent> events = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          events.add(event(row));
        }
      }
      return events;
    }
  }

  static boolean cancel(Connection connection, String eventId) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CANCEL)) {
      statement.setString(1, eventId);
      return statement.executeUpdate() > 0;
    }
  }

  /** Those that are due and nobody else is moving, kept for this transaction. */
  static List<Draft> due(Connection connection, Collection<String> but, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DUE)) {
      setIds(connection, statement, but);
      statement.setInt(2, limit);
      List<Draft> drafts = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          drafts.add(draft(row));
        }
      }
      return drafts;
    }
  }

  private static Draft draft(ResultSet row) throws SQLException {
    Correlation correlation =
        new Correlation(
            row.getString(4),
            row.getString(5),
            null,
            Identity.NONE,
            null,
            TraceContext.of(row.getString(9), row.getString(10), row.getString(11)));
    OffsetDateTime expiresAt = row.getObject(12, OffsetDateTime.class);
    return new Draft(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        correlation,
        row.getString(6),
        row.getString(7),
        row.getString(8),
        expiresAt == null ? null : expiresAt.toInstant());
  }

  static void remove(Connection connection, Collection<String> ids) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
      setIds(connection, statement, ids);
      statement.executeUpdate();
    }
  }

  static void refuse(Connection connection, String id, String reason) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REFUSE)) {
      statement.setString(1, reason);
      statement.setString(2, id);
      statement.executeUpdate();
    }
  }

  /** How long until the next is due, by the database's clock; not positive for now. */
  static Optional<Duration> next(Connection connection, Collection<String> but)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
      setIds(connection, statement, but);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        @Nullable Long millis = row.getObject(1, Long.class);
        return millis == null ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
      }
    }
  }

  private static void setIds(
      Connection connection, PreparedStatement statement, Collection<String> ids)
      throws SQLException {
    statement.setArray(1, connection.createArrayOf("text", ids.toArray(new String[0])));
  }
}
