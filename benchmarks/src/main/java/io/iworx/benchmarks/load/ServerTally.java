package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * What the server has counted so far: transactions that committed in the database of this run, and
 * how often the log was flushed to disk.
 */
record ServerTally(long commits, long syncs) {
  /** Sessions with nothing to do tell their last counts after a second. */
  private static final long TOLD_MILLIS = 1_500;

  private static final String COUNTS =
      """
      SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = ?),
        (SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_io WHERE object = 'wal')
      """;

  /** Waits until all is told. */
  static ServerTally take(Stage stage) throws SQLException, InterruptedException {
    TimeUnit.MILLISECONDS.sleep(TOLD_MILLIS);
    try (Connection beside =
            DriverManager.getConnection(stage.option("beside"), stage.user(), stage.password());
        PreparedStatement query = beside.prepareStatement(COUNTS)) {
      query.setString(1, stage.option("database"));
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return new ServerTally(row.getLong(1), row.getLong(2));
      }
    }
  }

  /** Reports what came since then, for each of so many. */
  void reportSince(ServerTally before, long events, Stage stage) {
    stage.report("commits", (double) (commits - before.commits) / events);
    stage.report("syncs", (double) (syncs - before.syncs) / events);
  }
}
