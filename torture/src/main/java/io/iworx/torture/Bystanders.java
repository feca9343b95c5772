package io.iworx.torture;

import io.iworx.eventbus.EventException;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.LogPartitions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Transactions of others, which stay open while further faults strike. */
final class Bystanders implements AutoCloseable {
  private static final String UNDEFINED_OBJECT = "42704";
  private static final int AGAIN_MILLIS = 200;

  private static final String EVENT =
      """
      INSERT INTO domain_events (event_id, event_type, service_name, payload, metadata, key)
      VALUES (?, ?, 'torture-bystander', jsonb_build_object('mood', 'FINE', 'text', ?::text), '{}', ?)
      """;

  private final Server server;
  private final String database;
  private final Deeds deeds;
  private final Rows rows = new Rows(false);
  private final List<Thread> open = new ArrayList<>();
  private int count;

  private Bystanders(Server server, String database, Deeds deeds) {
    this.server = server;
    this.database = database;
    this.deeds = deeds;
  }

  static Bystanders of(Server server, String database, Path folder) throws IOException {
    return new Bystanders(server, database, Deeds.open(folder, "harness"));
  }

  /** Writes a row that has nothing to do with events, and commits after a while. */
  void write(Duration openFor) {
    start(() -> writeAndWait(openFor));
  }

  private void writeAndWait(Duration openFor) throws InterruptedException {
    try (var connection = server.connect(database);
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("INSERT INTO torture_bystanders VALUES (1)");
      TimeUnit.NANOSECONDS.sleep(openFor.toNanos());
      connection.commit();
    } catch (SQLException e) {
      // The server stopped: nobody misses the row.
    }
  }

  /** Begins a partition of the log; the first time, makes it a partitioned table. */
  void beginPartition() {
    start(
        () -> {
          try (var pool =
              ConnectionPool.open(server.jdbcUrl(database), server.user(), server.password(), 1)) {
            var log = LogPartitions.of(pool);
            log.partition();
            log.rotate();
          } catch (EventException e) {
            // Publishers were in the way all the time, or the server stopped: another time.
          }
        });
  }

  /** Publishes in a transaction that it prepares, and ends that after a while, either way. */
  void prepare(RandomGenerator random, Duration openFor) {
    count++;
    var id = "harness-" + count;
    var key = Keys.draw(random);
    var commits = random.nextInt(3) > 0;
    start(() -> prepare(id, key, openFor, commits));
  }

  private void prepare(String id, int key, Duration openFor, boolean commits)
      throws InterruptedException {
    var transaction = database + "-" + id;
    deeds.intend(id, PublishKind.PREPARED, key, Mood.FINE);
    if (!commits) {
      deeds.rollBack(id);
    }
    try (var connection = server.connect(database)) {
      connection.setAutoCommit(false);
      insert(connection, id, key);
      try (var statement = connection.createStatement()) {
        statement.execute("PREPARE TRANSACTION '" + transaction + "'");
      }
      connection.commit();
    } catch (SQLException e) {
      // Perhaps it is prepared all the same; then it is ended below.
    }
    TimeUnit.NANOSECONDS.sleep(openFor.toNanos());
    if (ended((commits ? "COMMIT" : "ROLLBACK") + " PREPARED '" + transaction + "'") && commits) {
      deeds.acknowledge(id);
    }
  }

  private void insert(Connection connection, String id, int key) throws SQLException {
    rows.insertBusinessRow(connection, id);
    try (var insert = connection.prepareStatement(EVENT)) {
      insert.setString(1, id);
      insert.setString(2, Publishing.TYPE.name());
      insert.setString(3, Keys.textOf(id));
      insert.setString(4, Keys.named(key));
      insert.executeUpdate();
    }
  }

  /**
   * Until the server says that it is so. False when there is no such transaction: nobody knows then
   * whether an earlier try ended it or it never was.
   */
  private boolean ended(String sql) throws InterruptedException {
    while (true) {
      try (var connection = server.connect(database);
          var statement = connection.createStatement()) {
        statement.execute(sql);
        return true;
      } catch (SQLException e) {
        if (UNDEFINED_OBJECT.equals(e.getSQLState())) {
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
      }
    }
  }

  private interface Doing {
    void run() throws InterruptedException;
  }

  private void start(Doing doing) {
    open.add(
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    doing.run();
                  } catch (InterruptedException e) {
                    // The round is given up.
                  }
                }));
  }

  /** Returns when none is open any more. */
  void settle() throws InterruptedException {
    for (var thread : open) {
      thread.join();
    }
    open.clear();
  }

  @Override
  public void close() throws IOException {
    open.forEach(Thread::interrupt);
    deeds.close();
  }
}
