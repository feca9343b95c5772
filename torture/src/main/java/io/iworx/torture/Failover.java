package io.iworx.torture;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The server is lost, and a standby takes its place. */
final class Failover {
  /** What is promised: publishers and subscribers go on within this time. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final int POLL_MILLIS = 50;

  /** Events: more than can have reached the standby and become visible only later. */
  private static final int TO_LOSE = 50;

  private static final String HEAD = "SELECT coalesce(max(position), 0) FROM domain_events";
  private static final String BEHIND =
      "SELECT count(*) FROM event_subscription_partitions WHERE checkpoint <= ";

  private Failover() {}

  static void strike(Scene scene) throws IOException, SQLException, InterruptedException {
    var server = scene.server();
    var standby = server.standby();
    var lagging = scene.options().plants().contains(Plant.LAGGING);
    if (!lagging) {
      standby.beSynchronous();
    }
    sleep(scene.between(500, 1_500));
    standby.lose();
    if (lagging) {
      awaitSomethingToLose(scene);
    }
    sleep(scene.between(100, 500)); // in which nothing may be acknowledged
    var start = System.nanoTime();
    server.end();
    server.giveWayTo(standby);
    awaitGoingOn(scene, start);
  }

  private static void awaitSomethingToLose(Scene scene) throws SQLException, InterruptedException {
    try (var connection = scene.server().connect(scene.database());
        var statement = connection.createStatement()) {
      var start = System.nanoTime();
      var enough = number(statement, HEAD) + TO_LOSE;
      while (number(statement, HEAD) < enough && System.nanoTime() - start < LIMIT.toNanos()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
  }

  private static void awaitGoingOn(Scene scene, long start)
      throws SQLException, InterruptedException {
    try (var connection = scene.server().connect(scene.database());
        var statement = connection.createStatement()) {
      var head = number(statement, HEAD);
      while (number(statement, BEHIND + head) > 0) {
        if (System.nanoTime() - start > LIMIT.toNanos()) {
          scene
              .takeovers()
              .late(
                  "failover",
                  "nobody had gone on beyond " + head + " after " + LIMIT.toSeconds() + " s");
          return;
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
  }

  private static long number(Statement statement, String question) throws SQLException {
    try (var row = statement.executeQuery(question)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void sleep(Duration duration) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(duration.toNanos());
  }
}
