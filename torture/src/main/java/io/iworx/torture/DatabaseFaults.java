package io.iworx.torture;

import java.io.IOException;
import java.sql.SQLException;

/** What happens to the database and the way to it. */
final class DatabaseFaults {
  private static final int MOST_CUTS = 4;
  private static final int MOST_BYTES = 60;
  private static final long OCCASION_MILLIS = 1_500;
  private static final String COMMIT = "COMMIT";
  private static final String INSERT = "INSERT INTO domain_events";

  private static final String END =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          + " WHERE datname = current_database() AND pid <> pg_backend_pid() AND ";

  private DatabaseFaults() {}

  static void stopServer(Scene scene) throws IOException, InterruptedException {
    scene.server().stopAtOnce();
  }

  static void cutPublisher(Scene scene) throws InterruptedException {
    cut(scene, scene.server().publishersWire(), scene.random().nextBoolean() ? COMMIT : INSERT);
  }

  static void cutSubscriber(Scene scene) throws InterruptedException {
    cut(scene, scene.server().subscribersWire(), COMMIT);
  }

  private static void cut(Scene scene, Wire wire, String text) throws InterruptedException {
    for (var left = 1 + scene.random().nextInt(MOST_CUTS); left > 0; left--) {
      wire.cut(text, scene.random().nextInt(MOST_BYTES) - 1, OCCASION_MILLIS);
    }
  }

  static void endListeners(Scene scene) throws SQLException {
    execute(scene, END + "query ILIKE 'LISTEN%'");
  }

  static void endSessions(Scene scene) throws SQLException {
    execute(scene, END + "pid % 2 = " + scene.random().nextInt(2));
  }

  private static void execute(Scene scene, String sql) throws SQLException {
    try (var connection = scene.server().connect(scene.database());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static void beginPartition(Scene scene) {
    scene.bystanders().beginPartition();
  }

  static void foreignTransaction(Scene scene) {
    scene.bystanders().write(scene.between(2_000, 8_000));
  }

  static void preparedTransaction(Scene scene) {
    scene.bystanders().prepare(scene.random().split(), scene.between(500, 6_000));
  }
}
