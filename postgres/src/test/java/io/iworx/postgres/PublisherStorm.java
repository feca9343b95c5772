package io.iworx.postgres;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.spi.Draft;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Concurrent transactional publishers that do what makes readers fail: some stay open long, some
 * roll back, some are prepared for two-phase commit, and transactions on other tables stay open
 * throughout.
 */
final class PublisherStorm {
  static final int PUBLISHERS = 16;

  private final TestDatabase database;
  private final PostgresEventLog log;
  private final long seed;

  /**
   * When an event was published, in nanoseconds.
   *
   * @param called before its publish was called
   * @param durable after its transaction had committed
   */
  record Times(long called, long durable) {}

  private final Map<String, Times> committed = new ConcurrentHashMap<>();

  PublisherStorm(TestDatabase database, PostgresEventLog log, long seed) {
    this.database = database;
    this.log = log;
    this.seed = seed;
  }

  /** The events whose transactions have committed. */
  Map<String, Times> committed() {
    return committed;
  }

  void run(Duration duration) throws Exception {
    database.execute("CREATE TABLE IF NOT EXISTS foreign_rows (id int)");
    long end = System.nanoTime() + duration.toNanos();
    try (Connection foreign = database.connect();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      foreign.setAutoCommit(false);
      execute(foreign, "INSERT INTO foreign_rows VALUES (1)");
      List<Future<?>> publishers = new ArrayList<>();
      for (int number = 0; number < PUBLISHERS; number++) {
        int publisher = number;
        publishers.add(
            threads.submit(
                () -> {
                  publish(publisher, end);
                  return null;
                }));
      }
      publishers.add(
          threads.submit(
              () -> {
                append(end);
                return null;
              }));
      for (Future<?> publisher : publishers) {
        publisher.get();
      }
      foreign.rollback();
    }
  }

  private void publish(int publisher, long end) throws SQLException {
    Random random = new Random(seed * 31 + publisher);
    int sequence = 0;
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      while (System.nanoTime() < end) {
        Map<String, Long> called = new LinkedHashMap<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
          String id = "p" + publisher + "-" + sequence++;
          called.put(id, System.nanoTime());
          insert(connection, publisher, id, random);
        }
        execute(connection, "SELECT pg_sleep(" + hold(random) + ")");
        if (finish(connection, random, called.keySet().iterator().next())) {
          long now = System.nanoTime();
          called.forEach((id, time) -> committed.put(id, new Times(time, now)));
        }
      }
    }
  }

  /** One who publishes without a transaction, sometimes twice. */
  private void append(long end) {
    Random random = new Random(seed);
    for (int sequence = 0; System.nanoTime() < end; sequence++) {
      String id = "append-" + sequence;
      Draft draft = new Draft(id, "a.b", "storm", Correlation.of("storm"), null, "{}", "{}");
      long called = System.nanoTime();
      log.append(List.of(draft));
      committed.put(id, new Times(called, System.nanoTime()));
      if (random.nextInt(10) == 0) {
        log.append(List.of(draft)); // a number is handed out that no row gets
      }
    }
  }

  private static double hold(Random random) {
    int dice = random.nextInt(100);
    return dice < 70 ? 0 : dice < 95 ? random.nextDouble() * 0.02 : 0.2 + random.nextDouble() * 1.8;
  }

  private void insert(Connection connection, int publisher, String id, Random random)
      throws SQLException {
    if (random.nextBoolean()) {
      Correlation correlation = Correlation.of("storm-" + publisher);
      String payload = "{\"n\":" + id.substring(id.indexOf('-') + 1) + "}";
      log.appendIn(
          connection,
          List.of(new Draft(id, "a.b", "storm", correlation, "p" + publisher, payload, "{}")));
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO domain_events (event_id, event_type, service_name, payload) VALUES (?, 'a.b', 'old', '{}')")) {
      statement.setString(1, id);
      statement.executeUpdate();
    }
  }

  private static boolean finish(Connection connection, Random random, String name)
      throws SQLException {
    int dice = random.nextInt(100);
    if (dice < 5) {
      connection.rollback();
      return false;
    }
    if (dice < 10) {
      execute(connection, "PREPARE TRANSACTION '" + name + "'");
      connection.commit();
      connection.setAutoCommit(true);
      execute(connection, "SELECT pg_sleep(" + random.nextDouble() * 0.3 + ")");
      execute(connection, (dice < 6 ? "ROLLBACK" : "COMMIT") + " PREPARED '" + name + "'");
      connection.setAutoCommit(false);
      return dice >= 6;
    }
    connection.commit();
    return true;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
