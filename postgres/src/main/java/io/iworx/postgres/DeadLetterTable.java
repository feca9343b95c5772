package io.iworx.postgres;

import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.DeadLetter;
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
  /** One that was set aside before changes only when it failed again on an operator's wish. */
  private static final String SET_ASIDE =
      """
      INSERT INTO event_dead_letters AS letter
        (subscription, event_id, position, event_type, service_name, correlation_id, causation_id, key,
         payload, metadata, published_at, traceparent, tracestate, baggage, attempts, reason, detail, organization_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
              (SELECT metadata ->> 'organizationId' FROM domain_events WHERE position = ?))
      ON CONFLICT (subscription, event_id) DO UPDATE
      SET attempts = excluded.attempts, reason = excluded.reason, detail = excluded.detail,
          set_aside_at = clock_timestamp(), redrive = false
      WHERE letter.redrive
      """;

  /** What is dead does not expire. */
  private static final String LETTERS =
      """
      SELECT position, event_id, event_type, service_name, correlation_id, causation_id, published_at, key,
             payload, metadata, traceparent, tracestate, baggage, NULL::timestamptz,
             attempts, reason, detail, set_aside_at
      FROM event_dead_letters
      WHERE subscription = ?
      """;

  private static final String LATEST =
      LETTERS + " ORDER BY set_aside_at DESC, position DESC LIMIT ?";

  private static final String REDRIVES =
      LETTERS
          + """
             AND redrive
             AND event_slot(key, position) % (SELECT partitions FROM event_subscriptions WHERE name = subscription) = ?
            ORDER BY position LIMIT ?
            """;

  private static final String REMOVE =
      "DELETE FROM event_dead_letters WHERE subscription = ? AND event_id = ANY (?)";

  private static final String ANY_OF_KEY =
      "SELECT EXISTS (SELECT FROM event_dead_letters WHERE subscription = ? AND key = ?)";

  private static final int MAX_TEXT = 10_000;

  private DeadLetterTable() {}

  /** Keeps a copy unless it is kept already. */
  static void add(Connection connection, String subscription, DeadLetter letter)
      throws SQLException {
    var entry = letter.entry();
    TraceContext trace = entry.traceContext();
    try (PreparedStatement statement = connection.prepareStatement(SET_ASIDE)) {
      statement.setString(1, subscription);
      statement.setString(2, entry.id());
      statement.setLong(3, entry.position());
      statement.setString(4, entry.type());
      statement.setString(5, entry.service());
      statement.setString(6, entry.correlationId());
      statement.setString(7, entry.causationId());
      statement.setString(8, entry.key());
      statement.setString(9, entry.payload());
      statement.setString(10, entry.metadata());
      statement.setObject(11, OffsetDateTime.ofInstant(entry.timestamp(), ZoneOffset.UTC));
      statement.setString(12, trace == null ? null : trace.traceparent());
      statement.setString(13, trace == null ? null : trace.tracestate());
      statement.setString(14, trace == null ? null : trace.baggage());
      statement.setInt(15, letter.attempts());
      statement.setString(16, storable(letter.reason()));
      statement.setString(17, storable(letter.detail()));
      statement.setLong(18, entry.position());
      statement.executeUpdate();
    }
  }

  /** PostgreSQL's text has no NUL, and a chain of messages needs no megabytes. */
  static String storable(String reason) {
    String text = reason.replace('\0', ' ');
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }

  /** Returns whether all of them were there. */
  static boolean remove(Connection connection, String subscription, List<String> eventIds)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
      statement.setString(1, subscription);
      statement.setArray(2, connection.createArrayOf("text", eventIds.toArray(new String[0])));
      return statement.executeUpdate() == eventIds.size();
    }
  }

  static List<DeadLetter> latest(Connection connection, String subscription, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LATEST)) {
      statement.setString(1, subscription);
      statement.setInt(2, limit);
      return letters(statement);
    }
  }

  static List<DeadLetter> redrives(Connection connection, Claim claim, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(REDRIVES)) {
      statement.setString(1, claim.subscription());
      statement.setInt(2, claim.partition());
      statement.setInt(3, limit);
      return letters(statement);
    }
  }

  static boolean anyOf(Connection connection, String subscription, String key) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ANY_OF_KEY)) {
      statement.setString(1, subscription);
      statement.setString(2, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static List<DeadLetter> letters(PreparedStatement statement) throws SQLException {
    List<DeadLetter> letters = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        letters.add(
            new DeadLetter(
                EventRows.entry(row),
                row.getInt(15),
                row.getString(16),
                row.getString(17),
                EventRows.instant(row, 18)));
      }
    }
    return letters;
  }
}
