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

  /** Whether the values are at fault, so that the same row can never be stored. */
  static boolean isUnusableValue(SQLException e) {
    String state = e.getSQLState();
    return state != null && (state.startsWith("22") || state.startsWith("54"));
  }

  /** Why the database would not do it now, and what to do. */
  static String obstacle(SQLException e) {
    return switch (String.valueOf(e.getSQLState())) {
      case "53100" -> "the disk of the database is full: make room, then try again";
      case "53200" -> "the database is short of memory: try again later";
      case "53300" -> "there was no connection to the database left: try again later";
      case "40001", "40P01" -> "others kept changing the same rows: try again";
      default -> "the database cannot be reached: try again later";
    };
  }

  static EventException failed(String what, SQLException e) {
    return new EventException(what + " (SQL state " + e.getSQLState() + ").", e);
  }
}
