package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.InvalidEventException;
import io.iworx.eventbus.spi.Draft;
import java.sql.SQLException;
import java.util.List;

/** What a caller is told whose events were not written, or may not have been. */
final class AppendErrors {
  private static final String UNKNOWN =
      " may or may not be in the log, because the database went away while it was appended: publish it again with the same id";

  private AppendErrors() {}

  /** Trying again would not help. */
  static EventException refused(List<Draft> drafts, SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (SqlStates.LOCK_NOT_AVAILABLE.equals(state)) {
      return failed(
          drafts,
          " was not appended, because an open transaction holds its id or the table for longer than a publish waits: end that transaction, then publish again",
          e);
    }
    return SqlStates.isUnusableValue(e)
        ? new InvalidEventException(
            named(drafts)
                + " was not appended, because PostgreSQL cannot store its values (SQL state "
                + state
                + ").",
            e)
        : failed(drafts, " was not appended", e);
  }

  /** It was tried again until the time was up. */
  static EventException gaveUp(List<Draft> drafts, boolean maybeStored, SQLException e) {
    if (maybeStored) {
      return failed(drafts, UNKNOWN, e);
    }
    return failed(drafts, " was not appended, because " + SqlStates.obstacle(e), e);
  }

  static EventException tooLate(List<Draft> drafts, boolean maybeStored) {
    return new EventException(
        named(drafts)
            + (maybeStored
                ? UNKNOWN
                : " was not appended, because it did not come to its turn in time: the database is slower than what is published; publish again later")
            + ".");
  }

  static EventException interrupted(List<Draft> drafts, boolean maybeStored) {
    return new EventException(
        named(drafts)
            + (maybeStored
                ? UNKNOWN
                : " was not appended, because its thread was interrupted while it waited for its turn")
            + ".");
  }

  private static EventException failed(List<Draft> drafts, String what, SQLException e) {
    return SqlStates.failed(named(drafts) + what, e);
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
