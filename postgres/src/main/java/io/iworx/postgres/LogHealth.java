package io.iworx.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What in the database holds the event log up, or will.
 *
 * @param holders open transactions, the oldest first
 * @param noticeQueue how full the queue of notices is, from 0 to 1: at 1 transactions that notify
 *     fail
 * @param transactionAge how many transaction numbers ago the oldest row of the database was frozen;
 *     near 2 billion the database refuses to write
 * @param logBytes the size of {@code domain_events} with its indexes; 0 while somebody has it
 *     locked
 * @param checkpointBytes the size of the tables that move with every checkpoint; 0 likewise
 */
public record LogHealth(
    List<Holder> holders,
    double noticeQueue,
    long transactionAge,
    long logBytes,
    long checkpointBytes) {

  /** What an open transaction does to the log. */
  public enum Hold {
    /** It has written to {@code domain_events}: what it published shows when it commits. */
    PUBLISHING,

    /** Others wait for a lock on {@code domain_events} that it has. */
    BLOCKING,

    /** Old versions of rows are kept for it, so that checkpoints get slower and tables larger. */
    STOPPING_PRUNING
  }

  /**
   * An open transaction. What the user of the connection may not see is empty.
   *
   * @param hold the worst of what it does
   * @param pid the process of its session; 0 for a prepared transaction
   * @param prepared the name of a prepared transaction; null for one of a session
   * @param application the name its application gave itself
   * @param user whose session it is
   * @param state {@code active}, {@code idle in transaction} and the like
   * @param age how long it has been open
   * @param queryAge how long ago its latest query began
   * @param query the beginning of that query
   */
  public record Holder(
      Hold hold,
      int pid,
      @Nullable String prepared,
      String application,
      String user,
      String state,
      Duration age,
      Duration queryAge,
      String query) {}

  private static final String HOLDERS =
      """
      WITH RECURSIVE log AS (
        SELECT 'domain_events'::regclass::oid AS relid
        UNION SELECT child.inhrelid FROM pg_inherits AS child JOIN log ON log.relid = child.inhparent
      ), held AS (
        SELECT lock.pid, lock.virtualtransaction, lock.mode
        FROM pg_locks AS lock JOIN log ON log.relid = lock.relation
        WHERE lock.locktype = 'relation' AND lock.granted
          AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND lock.mode NOT IN ('AccessShareLock', 'RowShareLock')
      ), blocking AS (
        SELECT DISTINCT unnest(pg_blocking_pids(lock.pid)) AS pid
        FROM pg_locks AS lock JOIN log ON log.relid = lock.relation
        WHERE NOT lock.granted AND lock.pid IS NOT NULL
      ), open AS (
        SELECT CASE
                 WHEN pid IN (SELECT pid FROM blocking) THEN 'BLOCKING'
                 WHEN pid IN (SELECT pid FROM held) THEN 'PUBLISHING'
                 WHEN backend_xid IS NOT NULL OR backend_xmin IS NOT NULL THEN 'STOPPING_PRUNING'
               END AS hold,
               pid, NULL::text AS gid, coalesce(application_name, '') AS application,
               coalesce(usename, '') AS owner, coalesce(state, '') AS state,
               extract(epoch FROM clock_timestamp() - xact_start) AS age,
               extract(epoch FROM clock_timestamp() - query_start) AS query_age,
               left(regexp_replace(coalesce(query, ''), '\\s+', ' ', 'g'), 200) AS query
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
        UNION ALL
        SELECT CASE
                 WHEN EXISTS (SELECT FROM pg_locks AS own
                              JOIN held ON held.virtualtransaction = own.virtualtransaction AND held.pid IS NULL
                              WHERE own.locktype = 'transactionid' AND own.transactionid = transaction
                                AND own.pid IS NULL)
                   THEN 'PUBLISHING'
                 ELSE 'STOPPING_PRUNING'
               END,
               0, gid, '', owner, 'prepared',
               extract(epoch FROM clock_timestamp() - prepared),
               extract(epoch FROM clock_timestamp() - prepared), ''
        FROM pg_prepared_xacts
        WHERE database = current_database()
      )
      SELECT hold, pid, gid, application, owner, state, (age * 1000)::bigint, (query_age * 1000)::bigint, query
      FROM open
      WHERE hold IS NOT NULL AND age * 1000 >= CASE WHEN hold = 'STOPPING_PRUNING' THEN ? ELSE ? END
      ORDER BY age DESC
      LIMIT 20
      """;

  private static final String NUMBERS =
      """
      SELECT pg_notification_queue_usage(),
             (SELECT age(datfrozenxid) FROM pg_database WHERE datname = current_database())
      """;

  /** Waits for whoever has locked the tables away. */
  private static final String SIZES =
      """
      WITH RECURSIVE log AS (
        SELECT 'domain_events'::regclass::oid AS relid
        UNION SELECT child.inhrelid FROM pg_inherits AS child JOIN log ON log.relid = child.inhparent
      )
      SELECT (SELECT sum(pg_total_relation_size(relid)) FROM log),
             pg_total_relation_size('event_subscription_partitions')
               + pg_total_relation_size('event_subscription_instances')
      """;

  private static final String LOCK_TIMEOUT = "55P03";

  /**
   * Looks. Costs a few catalogue queries.
   *
   * @param open transactions that have written to the log or block it count from this age on
   * @param foreign the same for those that only stop pruning
   */
  public static LogHealth of(DataSource dataSource, Duration open, Duration foreign)
      throws SQLException {
    long[] sizes = sizes(dataSource);
    return Transactions.alone(
        dataSource,
        connection -> {
          List<Holder> holders = holders(connection, open, foreign);
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(NUMBERS)) {
            row.next();
            return new LogHealth(holders, row.getDouble(1), row.getLong(2), sizes[0], sizes[1]);
          }
        });
  }

  private static long[] sizes(DataSource dataSource) throws SQLException {
    try {
      return Transactions.together(
          dataSource,
          connection -> {
            try (Statement statement = connection.createStatement()) {
              statement.execute("SET LOCAL lock_timeout = '500ms'");
              try (ResultSet row = statement.executeQuery(SIZES)) {
                row.next();
                return new long[] {row.getLong(1), row.getLong(2)};
              }
            }
          });
    } catch (SQLException e) {
      if (LOCK_TIMEOUT.equals(e.getSQLState())) {
        return new long[] {0, 0};
      }
      throw e;
    }
  }

  private static List<Holder> holders(Connection connection, Duration open, Duration foreign)
      throws SQLException {
    List<Holder> holders = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(HOLDERS)) {
      statement.setLong(1, foreign.toMillis());
      statement.setLong(2, open.toMillis());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          holders.add(
              new Holder(
                  Hold.valueOf(row.getString(1)),
                  row.getInt(2),
                  row.getString(3),
                  row.getString(4),
                  row.getString(5),
                  row.getString(6),
                  Duration.ofMillis(row.getLong(7)),
                  Duration.ofMillis(row.getLong(8)),
                  row.getString(9)));
        }
      }
    }
    return holders;
  }
}
