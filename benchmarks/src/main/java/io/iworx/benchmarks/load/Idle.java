package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

/**
 * Ten subscriptions with nothing to do. Counts the statements of all sessions on the database by
 * pg_stat_statements, {@code BEGIN} and {@code COMMIT} included. Option {@code notices}: whether
 * the log listens.
 */
final class Idle implements Contender {
  private static final int SUBSCRIPTIONS = 10;

  /** Idle means for good: polling slows down after a while, and compiling ends. */
  private static final long SETTLING_SECONDS = 30;

  private static final String CALLS =
      "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements AS s "
          + "JOIN pg_database AS d ON d.oid = s.dbid WHERE d.datname = ?";

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves bus = Ourselves.open(stage, stage.flag("notices"));
    for (int i = 0; i < SUBSCRIPTIONS; i++) {
      bus.subscribe("idle-" + i, _ -> {});
    }
    for (int i = 0; i < SUBSCRIPTIONS; i++) {
      bus.publish(i);
    }
    TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
    // From another database: what is asked here is no statement there.
    try (Connection beside =
        DriverManager.getConnection(stage.option("beside"), stage.user(), stage.password())) {
      countStatements(stage, beside);
    }
  }

  /** Measures a time in which nothing is to be done. */
  static void countStatements(Stage stage, Connection beside)
      throws SQLException, InterruptedException {
    try (Statement statement = beside.createStatement()) {
      statement.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    }
    long before = calls(beside, stage.option("database"));
    stage.begin();
    TimeUnit.NANOSECONDS.sleep(stage.seconds().toNanos());
    stage.end();
    long after = calls(beside, stage.option("database"));
    stage.report("statements", (after - before) * 1e9 / stage.seconds().toNanos());
  }

  /** The whole number a query answers. */
  static long ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static long calls(Connection beside, String database) throws SQLException {
    try (PreparedStatement query = beside.prepareStatement(CALLS)) {
      query.setString(1, database);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
