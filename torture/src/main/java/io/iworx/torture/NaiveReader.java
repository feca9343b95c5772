package io.iworx.torture;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * A reader that asks for what is above the last position it saw, as many a hand-made outbox does:
 * it never sees what commits after something with a higher position.
 */
final class NaiveReader implements Runnable {
  private static final int PAUSE_MILLIS = 5;

  private static final String NEWS =
      "SELECT position, event_id FROM domain_events WHERE position > ? ORDER BY position LIMIT 500";
  private static final String CHECKPOINT =
      "SELECT last FROM torture_naive WHERE pg_try_advisory_xact_lock(1) FOR UPDATE";

  private final DataSource dataSource;
  private final Rows rows;
  private final String instance;

  NaiveReader(DataSource dataSource, Rows rows, String instance) {
    this.dataSource = dataSource;
    this.rows = rows;
    this.instance = instance;
  }

  @Override
  public void run() {
    try {
      while (true) {
        readOn();
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readOn() {
    try (var connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      handleNews(connection);
      connection.commit();
    } catch (SQLException e) {
      // The server is away, or another instance reads; soon again.
    }
  }

  private void handleNews(Connection connection) throws SQLException {
    try (var checkpoint = connection.createStatement();
        var row = checkpoint.executeQuery(CHECKPOINT)) {
      if (!row.next()) {
        return;
      }
      var last = handleAfter(connection, row.getLong(1));
      checkpoint.executeUpdate("UPDATE torture_naive SET last = " + last);
    }
  }

  private long handleAfter(Connection connection, long last) throws SQLException {
    var seen = last;
    try (var query = connection.prepareStatement(NEWS)) {
      query.setLong(1, last);
      try (var row = query.executeQuery()) {
        while (row.next()) {
          seen = row.getLong(1);
          rows.insertEffect(connection, Audience.SINGLE.subscription(), row.getString(2), instance);
        }
      }
    }
    return seen;
  }
}
