package io.iworx.postgres;

import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Writes the events of several callers with one statement. */
final class BatchWrite {
  private static final String UNIQUE_VIOLATION = "23505";

  private BatchWrite() {}

  /**
   * Writes what is new and finds what was there.
   *
   * @return what became of each caller's events, in the order given; those whose id another event
   *     has are {@linkplain Publication.State.Released released} to be told so
   * @throws SQLException when nothing was written, or the answer was lost
   */
  static List<Publication.State> run(
      Connection connection, List<Publication> batch, Duration lockPatience) throws SQLException {
    List<Draft> drafts = new ArrayList<>(batch.size());
    batch.forEach(publication -> drafts.addAll(publication.drafts()));
    // Each row is somebody's whole publish: it may commit whatever becomes of the others.
    return drafts.size() == batch.size()
        ? Transactions.aloneOn(connection, it -> rowByRow(it, drafts, lockPatience))
        : Transactions.togetherOn(connection, it -> allOrNothing(it, batch, drafts, lockPatience));
  }

  private static List<Publication.State> rowByRow(
      Connection connection, List<Draft> drafts, Duration lockPatience) throws SQLException {
    List<LogEntry> entries = EventInsert.run(connection, drafts, lockPatience);
    List<Publication.State> outcomes = new ArrayList<>(drafts.size());
    if (entries.isEmpty()) {
      StoredEvents.find(connection, drafts).forEach(found -> outcomes.add(outcome(found)));
    } else {
      entries.forEach(entry -> outcomes.add(new Publication.State.Stored(List.of(entry))));
    }
    return outcomes;
  }

  private static Publication.State outcome(StoredEvents.Found found) {
    return switch (found) {
      case StoredEvents.Found.Same same -> new Publication.State.Stored(List.of(same.entry()));
      case StoredEvents.Found.Different _, StoredEvents.Found.Gone _ ->
          new Publication.State.Released(new WriteFailure(taken(), true));
    };
  }

  /** A caller with several events has all of them stored or none, and so has then the batch. */
  private static List<Publication.State> allOrNothing(
      Connection connection, List<Publication> batch, List<Draft> drafts, Duration lockPatience)
      throws SQLException {
    List<LogEntry> entries = EventInsert.run(connection, drafts, lockPatience);
    if (entries.isEmpty()) {
      entries = new ArrayList<>(drafts.size());
      for (StoredEvents.Found found : StoredEvents.find(connection, drafts)) {
        if (!(found instanceof StoredEvents.Found.Same(LogEntry entry))) {
          throw taken();
        }
        entries.add(entry);
      }
    }
    List<Publication.State> outcomes = new ArrayList<>(batch.size());
    int next = 0;
    for (Publication publication : batch) {
      int end = next + publication.events();
      outcomes.add(new Publication.State.Stored(List.copyOf(entries.subList(next, end))));
      next = end;
    }
    return outcomes;
  }

  private static SQLException taken() {
    return new SQLException("The id of an event in a batch is another event's.", UNIQUE_VIOLATION);
  }
}
