package io.iworx.postgres;

import io.iworx.eventbus.EventException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/**
 * Where the log is in this database.
 *
 * @param sequence what hands out positions, as SQL names it
 * @param database the database's object id
 */
record LogTable(String sequence, long database) {
  private static final String FIND =
      """
      SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::bigint,
             pg_get_serial_sequence('domain_events', 'position'),
             current_setting('fsync'), current_setting('synchronous_commit'),
             (SELECT CASE WHEN bool_and(relpersistence = 'p') THEN 'p' ELSE 'u' END FROM pg_class
              WHERE oid = 'domain_events'::regclass
                 OR oid IN (SELECT relid FROM pg_partition_tree('domain_events'))),
             (SELECT seqcache FROM pg_sequence
              WHERE seqrelid = pg_get_serial_sequence('domain_events', 'position')::regclass)
      """;
  private static final Set<String> MISSING = Set.of("42P01", "42703");

  /**
   * Finds the table and refuses one that would lose what it acknowledged.
   *
   * @throws EventException when the table is missing, or keeps less than it promises
   */
  static LogTable in(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(FIND)) {
      row.next();
      LogTable table = new LogTable(row.getString(2), row.getLong(1));
      requireDurable(row.getString(3), row.getString(4), row.getString(5));
      table.requireOneByOne(row.getLong(6));
      return table;
    } catch (SQLException e) {
      if (MISSING.contains(e.getSQLState())) {
        throw new EventException(
            "The database has no event log yet: run Migrations.migrate(dataSource) first.", e);
      }
      throw e;
    }
  }

  private static void requireDurable(String fsync, String commit, String persistence) {
    if (!persistence.equals("p")) {
      throw new EventException(
          "The table domain_events or one of its partitions is unlogged: it would be emptied by a crash. ALTER TABLE domain_events SET LOGGED, or the partition.");
    }
    if (fsync.equals("off")) {
      throw new EventException(
          "PostgreSQL runs with fsync off: a power failure would lose published events. Set fsync = on.");
    }
    if (commit.equals("off")) {
      throw new EventException(
          "PostgreSQL runs with synchronous_commit off: a crash would lose published events. Set synchronous_commit = on.");
    }
  }

  /** Numbers handed out in advance would appear below positions that readers have passed. */
  private void requireOneByOne(long cached) {
    if (cached != 1) {
      throw new EventException(
          "The sequence "
              + sequence
              + " caches numbers, so that events could be skipped: ALTER SEQUENCE "
              + sequence
              + " CACHE 1.");
    }
  }

  /**
   * Who holds the writer's lock. Prepared transactions have no process but are in the list. The
   * table is found by name each time: it is another one once it is partitioned.
   */
  String writers() {
    return """
        SELECT DISTINCT virtualtransaction
        FROM pg_locks
        WHERE locktype = 'relation' AND database = %d
          AND relation = (SELECT to_regclass('domain_events'))
          AND mode = 'RowExclusiveLock' AND granted\
        """
        .formatted(database);
  }
}
