package io.iworx.torture;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Settles the dead letters of {@link Audience#WAITING}, by SQL as the documentation has it:
 * redrives them once they are repaired, or discards them. In the place of what it discards it
 * leaves an effect, so that every event has one, and one too many or out of order is seen.
 */
final class Operator implements AutoCloseable {
  private static final int PAUSE_MILLIS = 200;
  private static final String NAME = "operator";

  private static final String LETTERS =
      "SELECT event_id FROM event_dead_letters WHERE subscription = '"
          + Audience.WAITING.subscription()
          + "'";
  private static final String REDRIVE =
      "UPDATE event_dead_letters SET redrive = true WHERE subscription = ? AND event_id = ?";
  private static final String DISCARD =
      "DELETE FROM event_dead_letters WHERE subscription = ? AND event_id = ?";

  private final Server server;
  private final String database;
  private final RandomGenerator random;
  private final Rows rows = new Rows(false);
  private final Thread working;

  private Operator(Server server, String database, RandomGenerator random) {
    this.server = server;
    this.database = database;
    this.random = random;
    this.working = Thread.ofVirtual().name(NAME).unstarted(this::work);
  }

  static Operator start(Server server, String database, RandomGenerator random) {
    var operator = new Operator(server, database, random);
    operator.working.start();
    return operator;
  }

  private void work() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        settleSome();
      }
    } catch (InterruptedException e) {
      // The round is over.
    }
  }

  /** About every second, so that others of the key gather behind the rest. */
  private void settleSome() {
    try (var connection = server.connect(database)) {
      connection.setAutoCommit(false);
      for (var id : letters(connection)) {
        switch (random.nextInt(6)) {
          case 0, 1 -> redrive(connection, id);
          case 2 -> discard(connection, id);
          default -> {}
        }
        connection.commit();
      }
    } catch (SQLException e) {
      // The server is away. Whether the last commit arrived, the next look tells.
    }
  }

  private static List<String> letters(Connection connection) throws SQLException {
    var letters = new ArrayList<String>();
    try (var query = connection.createStatement();
        var row = query.executeQuery(LETTERS + " AND NOT redrive ORDER BY position")) {
      while (row.next()) {
        letters.add(row.getString(1));
      }
    }
    return letters;
  }

  private void redrive(Connection connection, String id) throws SQLException {
    rows.insertRepaired(connection, id);
    change(connection, REDRIVE, id);
  }

  private void discard(Connection connection, String id) throws SQLException {
    change(connection, DISCARD, id);
    rows.insertEffect(connection, Audience.WAITING.subscription(), id, NAME);
  }

  private static void change(Connection connection, String sql, String id) throws SQLException {
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, Audience.WAITING.subscription());
      statement.setString(2, id);
      statement.executeUpdate();
    }
  }

  @Override
  public void close() {
    working.interrupt();
  }
}
