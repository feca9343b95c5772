package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventType;
import io.iworx.postgres.embedded.EmbeddedPostgres;
import io.iworx.postgres.embedded.EmbeddedPostgresOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL keeps notices until the slowest session that listens has read them, in a queue that
 * may get full; then a transaction with a notice cannot commit.
 */
class NoticeQueueIT {
  private static final EventType<Thing> THING = EventType.of("thing.happened", Thing.class);

  /** The least that the server takes: 64 pages of 8 KB. */
  private static final Map<String, String> SMALL_QUEUE = Map.of("max_notify_queue_pages", "64");

  private static final String PROGRAM_LIMIT_EXCEEDED = "54000";
  private static final int MORE_THAN_FIT = 100;

  @TempDir private Path folder;

  private record Thing(int number) {}

  @Test
  void aFullQueueHoldsUpNoPublishAndNoDelivery() throws Exception {
    EmbeddedPostgresOptions options = EmbeddedPostgresOptions.defaults().withSettings(SMALL_QUEUE);
    try (EmbeddedPostgres server = EmbeddedPostgres.start(folder.resolve("data"), options);
        ConnectionPool pool =
            ConnectionPool.open(server.jdbcUrl(), server.user(), server.password(), 12)) {
      Migrations.migrate(pool);
      try (Connection slow = pool.getConnection();
          PostgresEventLog here = PostgresEventLog.create(pool);
          PostgresEventLog there = PostgresEventLog.create(pool);
          EventBus publisher = EventBus.create("publisher", here);
          EventBus subscriber = EventBus.create("subscriber", there)) {
        List<Integer> numbers = new CopyOnWriteArrayList<>();
        subscriber.subscribe(
            "all", List.of(THING), (event, _) -> numbers.add(event.payload().number()));
        listenWithoutReading(slow);
        fillTheQueue(pool);

        publisher.publish(THING, new Thing(1));
        try (Connection connection = pool.getConnection()) {
          connection.setAutoCommit(false);
          publisher.publish(connection, THING, new Thing(2));
          connection.commit();
        }

        Awaitility.await().untilAsserted(() -> assertThat(numbers).containsExactlyInAnyOrder(1, 2));
        assertThatThrownBy(() -> sendNotice(pool))
            .isInstanceOfSatisfying(
                SQLException.class,
                e -> assertThat(e.getSQLState()).isEqualTo(PROGRAM_LIMIT_EXCEEDED));
      }
    }
  }

  /** In a transaction a session is given no notices. */
  private static void listenWithoutReading(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("LISTEN anything");
      connection.setAutoCommit(false);
      statement.execute("SELECT 1");
    }
  }

  private static void fillTheQueue(ConnectionPool pool) throws SQLException {
    for (int notice = 0; notice < MORE_THAN_FIT; notice++) {
      try {
        sendNotice(pool);
      } catch (SQLException e) {
        assertThat(e.getSQLState()).isEqualTo(PROGRAM_LIMIT_EXCEEDED);
        return;
      }
    }
    throw new AssertionError("The queue took " + MORE_THAN_FIT + " notices of a page each.");
  }

  private static void sendNotice(ConnectionPool pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_notify('anything', repeat('x', 7900))");
    }
  }
}
