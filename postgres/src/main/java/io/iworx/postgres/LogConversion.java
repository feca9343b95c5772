package io.iworx.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * How the plain table becomes a partitioned one: three steps, each one transaction that may be
 * repeated, by one process at a time.
 */
final class LogConversion {
  /** The letters iWorXlog. */
  private static final long LOCK = 0x69_57_6f_72_58_6c_6f_67L;

  private static final String IS_DONE =
      "SELECT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = 'domain_events'::regclass)";

  private LogConversion() {}

  static boolean isDone(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(IS_DONE)) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /** Refuses what stands in the way, and bounds the table without looking at its rows. */
  static boolean begin(Connection connection) throws SQLException {
    return inTurn(connection, LogPartitions.LOCK_MILLIS, "SELECT event_log_partition_begin()");
  }

  /** One pass over the table. Its lock holds up nobody who reads or writes, so it may wait. */
  static boolean validate(Connection connection) throws SQLException {
    return inTurn(
        connection, 0, "ALTER TABLE domain_events VALIDATE CONSTRAINT domain_events_bound");
  }

  static boolean swap(Connection connection) throws SQLException {
    return inTurn(connection, LogPartitions.LOCK_MILLIS, "SELECT event_log_partition()");
  }

  /** Does it unless another process has come to the end meanwhile. */
  private static boolean inTurn(Connection connection, int lockMillis, String step)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL statement_timeout = 0");
      LogPartitions.bePatientFor(connection, 0);
      statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
      if (isDone(connection)) {
        return false;
      }
      LogPartitions.bePatientFor(connection, lockMillis);
      statement.execute(step);
      return true;
    }
  }
}
