package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Partitions begin and go while everybody publishes and reads. */
@ParameterizedClass
@EnumSource(TestServer.class)
class LogRetentionIT {
  private static final int PUBLISHERS = 6;
  private static final Duration TIME = Duration.ofSeconds(8);

  @RegisterExtension final TestDatabase database;
  private final Queue<String> durable = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();

  LogRetentionIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  private static Draft draft(String id) {
    return new Draft(id, "a.b", "test", Correlation.fresh(), null, "{\"id\":\"" + id + "\"}", "{}");
  }

  /** Ids that others use too, in several ways: alone, in a transaction, by hand. */
  private void publish(PostgresEventLog log, int number) throws SQLException {
    Random chance = new Random(number);
    try (Connection connection = database.connect();
        PreparedStatement direct =
            connection.prepareStatement(
                "INSERT INTO domain_events (event_id, event_type, service_name, payload) VALUES (?, 'a.b', 'old', jsonb_build_object('id', ?::text)) ON CONFLICT DO NOTHING")) {
      for (int n = 0; !over.get(); n++) {
        String id = (chance.nextBoolean() ? "0" : "x") + "-" + (n + chance.nextInt(3));
        switch (chance.nextInt(3)) {
          case 0 -> log.append(List.of(draft(id)));
          case 1 -> {
            direct.setString(1, id);
            direct.setString(2, id);
            direct.execute();
          }
          default -> {
            connection.setAutoCommit(false);
            log.appendIn(connection, List.of(draft(id)));
            connection.commit();
            connection.setAutoCommit(true);
          }
        }
        durable.add(id);
      }
    }
  }

  private void rotate() {
    LogPartitions partitions = LogPartitions.of(database.pool());
    while (!over.get()) {
      try {
        partitions.partition(); // while everybody has the plain table open
        partitions.rotate();
        partitions.drop(Duration.ofMillis(500), false);
      } catch (EventException e) {
        assertThat(e).hasMessageContaining("were open at each of");
      }
    }
  }

  /** Reads all there is, and lets retention know how far it is. */
  private List<String> read(PostgresEventLog log) throws SQLException, InterruptedException {
    List<String> read = new ArrayList<>();
    Checkpoint from = Checkpoint.BEGINNING;
    boolean last = false;
    while (true) {
      boolean ending = over.get();
      Slice slice = log.read(from, 500);
      slice.entries().stream().map(LogEntry::id).forEach(read::add);
      boolean end = slice.upTo().equals(from) && from.pending().isEmpty();
      from = slice.upTo();
      database.execute(
          "UPDATE event_subscription_partitions SET checkpoint = %d, pending = '%s'"
              .formatted(from.position(), from.pending()));
      if (end && last) {
        return read;
      }
      last = end && ending;
      if (end) {
        log.awaitBeyond(from, Duration.ofMillis(200));
      }
    }
  }

  @Test
  void nothingIsLostOrDoubledWhilePartitionsComeAndGo() throws Exception {
    database.execute(
        "INSERT INTO event_subscriptions (name, service, patterns, started_at, partitions) VALUES ('reader', 's', '{*}', 0, 1)");
    database.execute(
        "INSERT INTO event_subscription_partitions (subscription, partition, checkpoint) VALUES ('reader', 0, 0)");
    try (PostgresEventLog log = PostgresEventLog.create(database.pool());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> publishers = new ArrayList<>();
      for (int n = 0; n < PUBLISHERS; n++) {
        int number = n;
        publishers.add(
            threads.submit(
                () -> {
                  publish(log, number);
                  return null;
                }));
      }
      Future<?> rotating = threads.submit(this::rotate);
      Future<List<String>> reading = threads.submit(() -> read(log));
      Awaitility.await().pollDelay(TIME).until(() -> true);
      over.set(true);
      for (Future<?> publisher : publishers) {
        publisher.get();
      }
      rotating.get();
      List<String> read = reading.get();
      Set<String> published = ConcurrentHashMap.newKeySet();
      published.addAll(durable);
      assertThat(new HashSet<>(read)).as("nothing lost").isEqualTo(published);
      assertThat(read).as("nothing twice").doesNotHaveDuplicates();
      assertThat(
              Integer.parseInt(
                  database.query("SELECT max(number) FROM event_log_partitions").getFirst()))
          .as("partitions came and went")
          .isGreaterThan(3);
      assertThat(database.query("SELECT count(*) FROM event_log_partitions WHERE number = 0"))
          .containsExactly("0");
    }
  }

  @Test
  void dropsByItselfWhatIsOldAndRead() throws SQLException {
    RetentionOptions options =
        RetentionOptions.keeping(Duration.ofMillis(400)).withCheckEvery(Duration.ofMillis(50));
    try (PostgresEventLog log = PostgresEventLog.create(database.pool());
        LogRetention _ = LogRetention.start(database.pool(), options)) {
      log.append(List.of(draft("first")));
      Awaitility.await()
          .untilAsserted(() -> assertThat(database.query("SELECT * FROM domain_events")).isEmpty());
      log.append(List.of(draft("second")));
      assertThat(log.head().position()).isGreaterThan(1);
    }
  }
}
