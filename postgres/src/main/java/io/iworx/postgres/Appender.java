package io.iworx.postgres;

import io.iworx.correlation.TraceContext;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes events: one statement for any number, and a second one only where ids were there. */
final class Appender {
  private static final String DRAFTS =
      """
      unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
             ?::text[], ?::text[], ?::text[], ?::text[])
        WITH ORDINALITY AS draft (event_id, event_type, service_name, correlation_id, causation_id, key,
                                  payload, metadata, traceparent, tracestate, baggage, expires_at, place)\
      """;

  /** The order keeps positions in the order given: they are handed out above the sort. */
  private static final String INSERT =
      """
      INSERT INTO domain_events (event_id, event_type, service_name, correlation_id, causation_id, key,
                                 payload, metadata, traceparent, tracestate, baggage, expires_at,
                                 published_at)
      SELECT event_id, event_type, service_name, correlation_id, causation_id, key,
             payload::jsonb, metadata::jsonb, traceparent, tracestate, baggage, expires_at::timestamptz,
             clock_timestamp()
      FROM %s
      ORDER BY place
      ON CONFLICT (event_id) DO NOTHING
      RETURNING event_id, position, published_at
      """
          .formatted(DRAFTS);

  private static final String STORED =
      """
      SELECT %s
      FROM domain_events
      WHERE event_id = ANY (?::text[])
      """
          .formatted(EventRows.COLUMNS);

  private static final String DIFFERENT =
      """
      SELECT draft.event_id
      FROM %s
      JOIN domain_events AS stored ON stored.event_id = draft.event_id
      WHERE (stored.event_type, stored.key, stored.payload)
        IS DISTINCT FROM (draft.event_type, draft.key, draft.payload::jsonb)
      ORDER BY place
      LIMIT 1
      """
          .formatted(DRAFTS);

  private static final int ATTEMPTS = 6;
  private static final long FIRST_PAUSE_MILLIS = 50;

  /**
   * Appends in a transaction of its own. When the connection breaks it is not known whether the
   * commit was carried out; sending the same ids again settles it, since the second insert waits
   * for the first transaction and finds its rows.
   */
  List<LogEntry> append(DataSource dataSource, List<Draft> drafts) {
    boolean maybeStored = false;
    long pause = FIRST_PAUSE_MILLIS;
    for (int attempt = 1; ; attempt++) {
      try {
        // One row commits by itself in one round trip; nothing has to be taken back on a conflict.
        return drafts.size() == 1
            ? Transactions.alone(dataSource, connection -> appendIn(connection, drafts))
            : Transactions.together(dataSource, connection -> appendIn(connection, drafts));
      } catch (SQLException e) {
        maybeStored |= SqlStates.isOutcomeUnknown(e);
        if (!SqlStates.isPassing(e)) {
          throw failed(drafts, e);
        }
        if (attempt == ATTEMPTS || !paused(pause)) {
          throw gaveUp(drafts, maybeStored, e);
        }
        pause *= 2;
      }
    }
  }

  private static boolean paused(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Appends in whatever transaction the connection is in. */
  List<LogEntry> appendIn(Connection connection, List<Draft> drafts) throws SQLException {
    Map<String, LogEntry> entries = new HashMap<>();
    Map<String, Draft> missing = new HashMap<>();
    drafts.forEach(draft -> missing.putIfAbsent(draft.id(), draft));
    boolean all = missing.size() == drafts.size();
    insert(connection, drafts, missing, entries);
    if (!missing.isEmpty() || !all) {
      requireSame(connection, drafts);
      addStored(connection, missing, entries);
    }
    List<LogEntry> inOrder = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      LogEntry entry = entries.get(draft.id());
      if (entry == null) {
        // Inserted by another, found by our insert, and deleted before we could look: an old log.
        throw new EventException(
            "Event " + draft.id() + " was deleted from the log while it was published: try again.");
      }
      inOrder.add(entry);
    }
    return inOrder;
  }

  private static void insert(
      Connection connection,
      List<Draft> drafts,
      Map<String, Draft> missing,
      Map<String, LogEntry> entries)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      bind(connection, statement, drafts);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          String id = row.getString(1);
          Draft draft = missing.remove(id);
          if (draft != null) {
            entries.put(id, entry(draft, row.getLong(2), EventRows.instant(row, 3)));
          }
        }
      }
    }
  }

  private static LogEntry entry(Draft draft, long position, Instant publishedAt) {
    return new LogEntry(
        position,
        draft.id(),
        draft.type(),
        draft.service(),
        draft.correlation().correlationId(),
        draft.correlation().causationId(),
        publishedAt,
        draft.key(),
        draft.payload(),
        draft.metadata(),
        draft.correlation().traceContext(),
        draft.expiresAt());
  }

  private static void requireSame(Connection connection, List<Draft> drafts) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DIFFERENT)) {
      bind(connection, statement, drafts);
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          throw new EventConflictException(row.getString(1));
        }
      }
    }
  }

  private static void addStored(
      Connection connection, Map<String, Draft> missing, Map<String, LogEntry> entries)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STORED)) {
      statement.setArray(
          1, connection.createArrayOf("text", missing.keySet().toArray(new String[0])));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          LogEntry stored = EventRows.entry(row);
          Draft draft = missing.get(stored.id());
          entries.put(stored.id(), draft == null ? stored : asPublished(stored, draft));
        }
      }
    }
  }

  /** The stored event with the payload's own text: jsonb keeps the value, not the spelling. */
  private static LogEntry asPublished(LogEntry stored, Draft draft) {
    return new LogEntry(
        stored.position(),
        stored.id(),
        stored.type(),
        stored.service(),
        stored.correlationId(),
        stored.causationId(),
        stored.timestamp(),
        stored.key(),
        draft.payload(),
        stored.metadata(),
        stored.traceContext(),
        stored.expiresAt());
  }

  private static void bind(Connection connection, PreparedStatement statement, List<Draft> drafts)
      throws SQLException {
    List<Function<Draft, @Nullable String>> columns =
        List.of(
            Draft::id,
            Draft::type,
            Draft::service,
            draft -> draft.correlation().correlationId(),
            draft -> draft.correlation().causationId(),
            Draft::key,
            Draft::payload,
            Draft::metadata,
            draft -> trace(draft, TraceContext::traceparent),
            draft -> trace(draft, TraceContext::tracestate),
            draft -> trace(draft, TraceContext::baggage),
            draft -> draft.expiresAt() == null ? null : draft.expiresAt().toString());
    for (int column = 0; column < columns.size(); column++) {
      @Nullable Object[] values = new @Nullable Object[drafts.size()];
      for (int row = 0; row < values.length; row++) {
        values[row] = columns.get(column).apply(drafts.get(row));
      }
      statement.setArray(column + 1, connection.createArrayOf("text", values));
    }
  }

  private static @Nullable String trace(
      Draft draft, Function<TraceContext, @Nullable String> member) {
    TraceContext context = draft.correlation().traceContext();
    return context == null ? null : member.apply(context);
  }

  static EventException failed(List<Draft> drafts, SQLException e) {
    return SqlStates.failed(named(drafts) + " was not appended", e);
  }

  private static EventException gaveUp(List<Draft> drafts, boolean maybeStored, SQLException e) {
    return SqlStates.failed(
        named(drafts)
            + (maybeStored
                ? " may or may not be in the log, because the database went away while it was appended: publish it again with the same id"
                : " was not appended, because the database cannot be reached: try again later"),
        e);
  }

  private static String named(List<Draft> drafts) {
    return drafts.size() == 1
        ? "Event " + drafts.getFirst().id()
        : "A batch of "
            + drafts.size()
            + " events from "
            + drafts.getFirst().id()
            + " to "
            + drafts.getLast().id();
  }
}
