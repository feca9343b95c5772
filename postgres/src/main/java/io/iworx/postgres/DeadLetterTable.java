package io.iworx.postgres;

import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The copies of events that were set aside, in {@code event_dead_letters}. */
final class DeadLetterTable {
  private static final String SET_ASIDE =
      """
      WITH held AS (
        SELECT name FROM event_subscriptions WHERE name = ? AND fence = ? FOR SHARE
      ), kept AS (
        INSERT INTO event_dead_letters
          (subscription, event_id, position, event_type, service_name, correlation_id, causation_id, key,
           payload, metadata, published_at, traceparent, tracestate, baggage, attempts, reason, organization_id)
        SELECT name, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
               (SELECT metadata ->> 'organizationId' FROM domain_events WHERE position = ?)
        FROM held
        ON CONFLICT (subscription, event_id) DO NOTHING
      )
      SELECT count(*) FROM held
      """;

  /** What is dead does not expire. */
  private static final String LIST =
      """
      SELECT position, event_id, event_type, service_name, correlation_id, causation_id, published_at, key,
             payload, metadata, traceparent, tracestate, baggage, NULL::timestamptz, attempts, reason, set_aside_at
      FROM event_dead_letters
      WHERE subscription = ?
      ORDER BY set_aside_at DESC, position DESC
      LIMIT ?
      """;

  private static final int MAX_REASON = 10_000;

  private DeadLetterTable() {}

  /** Keeps a copy unless it is kept already; false when the claim was lost. */
  static boolean add(
      Connection connection, Claim claim, LogEntry entry, int attempts, String reason)
      throws SQLException {
    TraceContext trace = entry.traceContext();
    try (PreparedStatement statement = connection.prepareStatement(SET_ASIDE)) {
      statement.setString(1, claim.subscription());
      statement.setLong(2, claim.fence());
      statement.setString(3, entry.id());
      statement.setLong(4, entry.position());
      statement.setString(5, entry.type());
      statement.setString(6, entry.service());
      statement.setString(7, entry.correlationId());
      statement.setString(8, entry.causationId());
      statement.setString(9, entry.key());
      statement.setString(10, entry.payload());
      statement.setString(11, entry.metadata());
      statement.setObject(12, OffsetDateTime.ofInstant(entry.timestamp(), ZoneOffset.UTC));
      statement.setString(13, trace == null ? null : trace.traceparent());
      statement.setString(14, trace == null ? null : trace.tracestate());
      statement.setString(15, trace == null ? null : trace.baggage());
      statement.setInt(16, attempts);
      statement.setString(17, storable(reason));
      statement.setLong(18, entry.position());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1) > 0;
      }
    }
  }

  /** PostgreSQL's text has no NUL, and a chain of messages needs no megabytes. */
  private static String storable(String reason) {
    String text = reason.replace('\0', ' ');
    return text.length() <= MAX_REASON ? text : text.substring(0, MAX_REASON) + "…";
  }

  static List<DeadLetter> latest(Connection connection, String subscription, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LIST)) {
      statement.setString(1, subscription);
      statement.setInt(2, limit);
      List<DeadLetter> letters = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          letters.add(
              new DeadLetter(
                  EventRows.entry(row),
                  row.getInt(15),
                  row.getString(16),
                  EventRows.instant(row, 17)));
        }
      }
      return letters;
    }
  }
}
