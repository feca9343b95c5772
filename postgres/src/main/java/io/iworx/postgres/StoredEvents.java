package io.iworx.postgres;

import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Looks up what is in the log under the ids of drafts, once an insert has met some of them. */
final class StoredEvents {
  private static final String FIND =
      """
      SELECT %s,
             (event_type, key, payload) IS NOT DISTINCT FROM (draft_type, draft_key, draft_payload::jsonb),
             place
      FROM unnest(?::text[], ?::text[], ?::text[], ?::text[])
        WITH ORDINALITY AS draft (draft_id, draft_type, draft_key, draft_payload, place)
      JOIN domain_events ON event_id = draft_id
      """
          .formatted(EventRows.COLUMNS);

  /** The payload is not there any more, but what it was can be told. */
  private static final String DROPPED =
      """
      SELECT position, published_at,
             (event_type, key, payload_digest)
               IS NOT DISTINCT FROM (?, ?, sha256(convert_to(?::jsonb::text, 'UTF8')))
      FROM event_dropped_ids WHERE event_id = ?
      """;

  private static final int SAME = EventRows.COLUMN_COUNT + 1;
  private static final int PLACE = EventRows.COLUMN_COUNT + 2;

  /** What the log has under the id of a draft. */
  sealed interface Found {
    /** The event itself. */
    record Same(LogEntry entry) implements Found {}

    /** Another event. */
    record Different(String id) implements Found {}

    /** Nothing any more: an insert met it, and it was deleted before we could look. */
    record Gone(String id) implements Found {}
  }

  private StoredEvents() {}

  /** What there is for each draft, in their order. */
  static List<Found> find(Connection connection, List<Draft> drafts) throws SQLException {
    List<Found> found = new ArrayList<>(drafts.size());
    drafts.forEach(draft -> found.add(new Found.Gone(draft.id())));
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      setArray(connection, statement, 1, drafts, Draft::id);
      setArray(connection, statement, 2, drafts, Draft::type);
      setArray(connection, statement, 3, drafts, Draft::key);
      setArray(connection, statement, 4, drafts, Draft::payload);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          int place = row.getInt(PLACE) - 1;
          Draft draft = drafts.get(place);
          found.set(
              place,
              row.getBoolean(SAME)
                  ? new Found.Same(asPublished(EventRows.entry(row), draft))
                  : new Found.Different(draft.id()));
        }
      }
    }
    for (int place = 0; place < found.size(); place++) {
      if (found.get(place) instanceof Found.Gone) {
        found.set(place, dropped(connection, drafts.get(place)));
      }
    }
    return found;
  }

  /** What is remembered of an event that retention dropped within a week. */
  private static Found dropped(Connection connection, Draft draft) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DROPPED)) {
      statement.setString(1, draft.type());
      statement.setString(2, draft.key());
      statement.setString(3, draft.payload());
      statement.setString(4, draft.id());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return new Found.Gone(draft.id());
        }
        return row.getBoolean(3)
            ? new Found.Same(EventInsert.entry(draft, row.getLong(1), EventRows.instant(row, 2)))
            : new Found.Different(draft.id());
      }
    }
  }

  /**
   * The entries, if each is the draft's own event.
   *
   * @throws EventConflictException when one is another event
   */
  static List<LogEntry> entries(List<Found> found) {
    List<LogEntry> entries = new ArrayList<>(found.size());
    for (Found each : found) {
      switch (each) {
        case Found.Same same -> entries.add(same.entry());
        case Found.Different different -> throw new EventConflictException(different.id());
        case Found.Gone gone ->
            throw new EventException(
                "Event "
                    + gone.id()
                    + " was deleted from the log while it was published: try again.");
      }
    }
    return entries;
  }

  private static void setArray(
      Connection connection,
      PreparedStatement statement,
      int parameter,
      List<Draft> drafts,
      Function<Draft, @Nullable String> column)
      throws SQLException {
    @Nullable String[] values = new @Nullable String[drafts.size()];
    for (int row = 0; row < values.length; row++) {
      values[row] = column.apply(drafts.get(row));
    }
    statement.setArray(parameter, connection.createArrayOf("text", values));
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
}
