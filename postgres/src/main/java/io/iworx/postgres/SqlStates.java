package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import java.sql.SQLException;
import java.util.Set;

/** What PostgreSQL's error codes mean to us. */
final class SqlStates {
  static final String LOCK_NOT_AVAILABLE = "55P03";

  private static final Set<String> TRY_AGAIN =
      Set.of(
          "40001", // serialization failure
          "40P01", // deadlock
          "57P01", // the server shuts down
          "57P02", // the server crashed
          "57P03"); // the server starts

  private SqlStates() {}

  /** Whether the same statement may succeed in a moment, perhaps on another connection. */
  static boolean isPassing(SQLException e) {
    String state = e.getSQLState();
    return state != null
        && (TRY_AGAIN.contains(state) || state.startsWith("08") || state.startsWith("53"));
  }

  /** Whether the statement may have been carried out all the same. */
  static boolean isOutcomeUnknown(SQLException e) {
    String state = e.getSQLState();
    return state == null || state.startsWith("08") || state.startsWith("57P");
  }

  static EventException failed(String what, SQLException e) {
    return new EventException(what + " (SQL state " + e.getSQLState() + ").", e);
  }
}
