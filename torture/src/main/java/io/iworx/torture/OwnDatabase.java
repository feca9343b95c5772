package io.iworx.torture;

import io.iworx.postgres.PostgresInbox;
import java.sql.SQLException;
import java.time.Duration;

/** The database of handlers that have one of their own, beside that of the round. */
final class OwnDatabase {
  private OwnDatabase() {}

  /** What it is called. */
  static String of(String database) {
    return database + "_own";
  }

  /**
   * Makes it, with the inbox. Sessions that stand still within a transaction are ended within the
   * lease, as the documentation tells to do it: others wait for the row of an event they hold.
   */
  static void create(Server server, String database, Duration lease) throws SQLException {
    var own = of(database);
    server.create(own);
    try (var connection = server.connect(own);
        var statement = connection.createStatement()) {
      statement.execute(Rows.EFFECTS);
      statement.execute(
          "ALTER DATABASE %s SET idle_in_transaction_session_timeout = %d"
              .formatted(own, lease.toMillis() / 2));
      PostgresInbox.createTable(connection);
    }
  }
}
