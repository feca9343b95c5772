package io.iworx.postgres;

import io.iworx.correlation.TraceContext;
import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes events with one statement, in one round trip.
 *
 * <p>Columns go as arrays of text, which the driver sends in binary; a column that is null
 * throughout goes as a null array. The row's own id is sent too, in the order of time: one the
 * server makes costs more there than the whole rest of its index.
 */
final class EventInsert {
  private static final String TARGET =
      """
      INSERT INTO domain_events
        (id, event_id, event_type, service_name, correlation_id, causation_id, key, payload, metadata,
         traceparent, tracestate, baggage, expires_at, published_at, created_at)
      """;

  /** No lock is waited for longer: the setting is gone with the transaction. */
  private static final String LOCK_PATIENCE =
      "WHERE (SELECT set_config('lock_timeout', ?, true)) IS NOT NULL\n";

  /**
   * No column is named: once the log is partitioned it has no index over all event ids. Each
   * partition has one, and a trigger for those of the partitions before.
   */
  private static final String RESULT =
      """
      ON CONFLICT DO NOTHING
      RETURNING position, published_at
      """;

  private static final String ONE =
      TARGET
          + """
          SELECT ?::uuid, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?, ?, ?, ?::timestamptz,
                 statement_timestamp(), statement_timestamp()
          """;

  /** Sets side by side: in FROM each array would be written to a store of its own first. */
  private static final String MANY =
      TARGET
          + """
          SELECT unnest(?::text[])::uuid, unnest(?::text[]), unnest(?::text[]), unnest(?::text[]), unnest(?::text[]),
                 unnest(?::text[]), unnest(?::text[]), unnest(?::text[])::jsonb, unnest(?::text[])::jsonb,
                 unnest(?::text[]), unnest(?::text[]), unnest(?::text[]), unnest(?::text[])::timestamptz,
                 statement_timestamp(), statement_timestamp()
          """;

  private static final String ONE_PATIENT = ONE + RESULT;
  private static final String ONE_IMPATIENT = ONE + LOCK_PATIENCE + RESULT;
  private static final String MANY_PATIENT = MANY + RESULT;
  private static final String MANY_IMPATIENT = MANY + LOCK_PATIENCE + RESULT;
  private static final int COLUMNS = 13;

  /** Nobody is to find them hard to guess. */
  private static final Uuid7 ROW_IDS =
      Uuid7.of(Clock.systemUTC(), () -> ThreadLocalRandom.current().nextLong());

  private EventInsert() {}

  /**
   * Inserts those whose ids are new.
   *
   * @param lockPatience how long to wait for a lock; null to leave it to the connection
   * @return the entries in the order given; none at all when the id of any was there already
   */
  static List<LogEntry> run(
      Connection connection, List<Draft> drafts, @Nullable Duration lockPatience)
      throws SQLException {
    var one = drafts.size() == 1;
    var sql =
        lockPatience == null
            ? one ? ONE_PATIENT : MANY_PATIENT
            : one ? ONE_IMPATIENT : MANY_IMPATIENT;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (one) {
        bind(statement, values(drafts.getFirst()));
      } else {
        bind(connection, statement, drafts);
      }
      if (lockPatience != null) {
        statement.setString(COLUMNS + 1, Long.toString(lockPatience.toMillis()));
      }
      try (ResultSet row = statement.executeQuery()) {
        return entries(row, drafts);
      }
    }
  }

  private static void bind(PreparedStatement statement, @Nullable String[] values)
      throws SQLException {
    for (int column = 0; column < COLUMNS; column++) {
      statement.setString(column + 1, values[column]);
    }
  }

  private static void bind(Connection connection, PreparedStatement statement, List<Draft> drafts)
      throws SQLException {
    @Nullable String[][] columns = new @Nullable String[COLUMNS][];
    for (int row = 0; row < drafts.size(); row++) {
      @Nullable String[] values = values(drafts.get(row));
      for (int column = 0; column < COLUMNS; column++) {
        if (values[column] != null) {
          if (columns[column] == null) {
            columns[column] = new @Nullable String[drafts.size()];
          }
          columns[column][row] = values[column];
        }
      }
    }
    for (int column = 0; column < COLUMNS; column++) {
      if (columns[column] == null) {
        statement.setNull(column + 1, Types.ARRAY);
      } else {
        statement.setArray(column + 1, connection.createArrayOf("text", columns[column]));
      }
    }
  }

  private static @Nullable String[] values(Draft draft) {
    TraceContext trace = draft.correlation().traceContext();
    Instant expiresAt = draft.expiresAt();
    return new @Nullable String[] {
      ROW_IDS.generate().toString(),
      draft.id(),
      draft.type(),
      draft.service(),
      draft.correlation().correlationId(),
      draft.correlation().causationId(),
      draft.key(),
      draft.payload(),
      draft.metadata(),
      trace == null ? null : trace.traceparent(),
      trace == null ? null : trace.tracestate(),
      trace == null ? null : trace.baggage(),
      expiresAt == null ? null : expiresAt.toString()
    };
  }

  /** Rows come back in the order of the arrays, so that no id has to come along. */
  private static List<LogEntry> entries(ResultSet row, List<Draft> drafts) throws SQLException {
    List<LogEntry> entries = new ArrayList<>(drafts.size());
    Instant publishedAt = null;
    while (row.next()) {
      if (publishedAt == null) {
        publishedAt = EventRows.instant(row, 2); // one statement, one time
      }
      entries.add(entry(drafts.get(entries.size()), row.getLong(1), publishedAt));
    }
    return entries.size() == drafts.size() ? entries : List.of();
  }

  static LogEntry entry(Draft draft, long position, Instant publishedAt) {
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
}
