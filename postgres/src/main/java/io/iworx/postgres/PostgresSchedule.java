package io.iworx.postgres;

import io.iworx.eventbus.ScheduledEvent;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.Schedule;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import javax.sql.DataSource;

/** Scheduled events in PostgreSQL, and the mover that takes them into the log. */
final class PostgresSchedule implements Schedule, AutoCloseable {
  private static final String DUE_IN =
      "SELECT ceil(extract(epoch FROM ? - clock_timestamp()) * 1000)::bigint";

  private final DataSource dataSource;
  private final ScheduleMover mover;

  PostgresSchedule(DataSource dataSource, PublishOptions options, Runnable written) {
    this.dataSource = dataSource;
    this.mover = new ScheduleMover(dataSource, options, written);
  }

  void start() {
    mover.start();
  }

  @Override
  public ScheduledEvent add(Draft draft, Instant at) {
    try {
      Added added = Transactions.alone(dataSource, it -> added(it, draft, at));
      mover.expect(added.dueIn);
      return added.event;
    } catch (SQLException e) {
      throw failed(draft, e);
    }
  }

  @Override
  public ScheduledEvent addIn(Connection connection, Draft draft, Instant at) {
    try {
      if (connection.getAutoCommit()) {
        throw new IllegalStateException(
            "The connection is in autocommit mode, so the event would not share a transaction with your rows: call setAutoCommit(false) and commit, or schedule without a connection.");
      }
      Added added = added(connection, draft, at);
      mover.expectSometime(added.dueIn);
      return added.event;
    } catch (SQLException e) {
      throw failed(draft, e);
    }
  }

  private record Added(ScheduledEvent event, Duration dueIn) {}

  private static Added added(Connection connection, Draft draft, Instant at) throws SQLException {
    Instant exactly = at.truncatedTo(ChronoUnit.MICROS);
    // One that is in the log is there; the schedule would only find that out later.
    for (StoredEvents.Found found : StoredEvents.find(connection, List.of(draft))) {
      if (!(found instanceof StoredEvents.Found.Gone)) {
        StoredEvents.entries(List.of(found));
        return new Added(ScheduleTable.given(draft, exactly), Duration.ZERO);
      }
    }
    ScheduledEvent event = ScheduleTable.add(connection, draft, exactly);
    return new Added(event, dueIn(connection, event.at()));
  }

  /** By the clock of the database; this process's own may be wrong. */
  private static Duration dueIn(Connection connection, Instant at) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(DUE_IN)) {
      statement.setObject(1, at.atOffset(ZoneOffset.UTC));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Duration.ofMillis(Math.max(0, row.getLong(1)));
      }
    }
  }

  @Override
  public List<ScheduledEvent> list(int limit) {
    try {
      return Transactions.alone(dataSource, it -> ScheduleTable.list(it, limit));
    } catch (SQLException e) {
      throw SqlStates.failed("The scheduled events cannot be listed", e);
    }
  }

  @Override
  public boolean cancel(String eventId) {
    try {
      return Transactions.alone(dataSource, it -> ScheduleTable.cancel(it, eventId));
    } catch (SQLException e) {
      throw SqlStates.failed("Event " + eventId + " cannot be cancelled", e);
    }
  }

  private static RuntimeException failed(Draft draft, SQLException e) {
    return SqlStates.failed(
        "Event "
            + draft.id()
            + " was not scheduled"
            + (SqlStates.isOutcomeUnknown(e)
                ? ", as far as is known: schedule it again with the same id"
                : ""),
        e);
  }

  @Override
  public void close() {
    mover.close();
  }
}
