package io.iworx.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.OptionalInt;

/** The steps in the life of a partition, each one transaction. */
final class PartitionChange {
  /** How long an id stays taken after publishing, at least. */
  private static final Duration ID_TIME = Duration.ofDays(7);

  private static final String IS_OPEN_FOR =
      """
      SELECT EXISTS (SELECT FROM event_log_partitions
                     WHERE closed_at IS NULL AND opened_at <= clock_timestamp() - ? * interval '1 millisecond')
      """;

  private static final String FORGET_IDS =
      "DELETE FROM event_dropped_ids WHERE forget_at < clock_timestamp()";

  private PartitionChange() {}

  static boolean isOpenFor(Connection connection, Duration time) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(IS_OPEN_FOR)) {
      statement.setLong(1, time.toMillis());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  /** Begins the next one; empty when the present one is. */
  static OptionalInt rotate(Connection connection) throws SQLException {
    LogPartitions.bePatientFor(connection, LogPartitions.LOCK_MILLIS);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT event_log_rotate()")) {
      row.next();
      int number = row.getInt(1);
      return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(number);
    }
  }

  /** Notes the ids that must stay taken; it is closed, so there will be no more of them. */
  static int keepIds(Connection connection, LogPartition partition) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(
          """
          INSERT INTO event_dropped_ids (event_id, position, event_type, key, payload_digest, published_at, forget_at)
          SELECT event_id, position, event_type, key, sha256(convert_to(payload::text, 'UTF8')), at, at + interval '%1$d days'
          FROM (SELECT *, coalesce(published_at, created_at, clock_timestamp()) AS at FROM %2$s) AS event
          WHERE (SELECT closed_at FROM event_log_partitions WHERE number = %3$d) > now() - interval '%1$d days'
            AND at > now() - interval '%1$d days'
          ON CONFLICT (event_id) DO NOTHING
          """
              .formatted(ID_TIME.toDays(), partition.table(), partition.number()));
    }
  }

  /**
   * Takes one out of the log, unless somebody has come to need it. Who begins to read from there at
   * this very moment begins after it.
   */
  static OptionalInt detach(Connection connection, LogPartition partition, boolean unread)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      LogPartitions.bePatientFor(connection, LogPartitions.LOCK_MILLIS);
      statement.execute("LOCK TABLE domain_events IN ACCESS EXCLUSIVE MODE");
      int marked =
          statement.executeUpdate(
              "UPDATE event_log_partitions SET detached_at = clock_timestamp() WHERE detached_at IS NULL AND number = "
                  + partition.number());
      boolean needed = !unread && !PartitionList.neededBy(connection, partition.number()).isEmpty();
      if (marked == 0 || needed) {
        connection.rollback();
        return OptionalInt.empty();
      }
      statement.execute("ALTER TABLE domain_events DETACH PARTITION " + partition.table());
      return OptionalInt.of(partition.number());
    }
  }

  /** Drops one that is out of the log: nobody reads or writes it, however long that takes. */
  static boolean remove(Connection connection, LogPartition partition) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS " + partition.table());
      return statement.executeUpdate(
              "DELETE FROM event_log_partitions WHERE number = " + partition.number())
          > 0;
    }
  }

  static int forgetIds(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(FORGET_IDS);
    }
  }
}
