package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What partitions of the log promise: ids, order, and that nothing unread goes. */
@ParameterizedClass
@EnumSource(TestServer.class)
class LogPartitionsIT {
  private static final String DIRECT =
      "INSERT INTO domain_events (event_id, event_type, service_name, payload) VALUES ('%s', 'a.b', 'old', '{}')";
  private static final long SECOND = 100_000_000_000L;

  @RegisterExtension final TestDatabase database;
  private PostgresEventLog log;
  private LogPartitions partitions;

  LogPartitionsIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  @BeforeEach
  void open() {
    log = PostgresEventLog.create(database.pool());
    partitions = LogPartitions.of(database.pool());
    partitions.partition();
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static Draft draft(String id) {
    return draft(id, "{\"id\":\"" + id + "\"}");
  }

  private static Draft draft(String id, String payload) {
    return new Draft(id, "a.b", "test", Correlation.fresh(), null, payload, "{}");
  }

  private List<String> read() {
    List<String> ids = new ArrayList<>();
    Checkpoint from = Checkpoint.BEGINNING;
    for (int nothing = 0; nothing < 2; ) {
      Slice slice = log.read(from, 1_000);
      slice.entries().forEach(entry -> ids.add(entry.id()));
      nothing = slice.upTo().equals(from) ? nothing + 1 : 0;
      from = slice.upTo();
    }
    return ids;
  }

  private List<String> stored() throws SQLException {
    return database.query("SELECT event_id FROM domain_events ORDER BY position").stream()
        .map(String::valueOf)
        .toList();
  }

  private void subscription(String name, long checkpoint, String pending) throws SQLException {
    database.execute(
        "INSERT INTO event_subscriptions (name, service, patterns, started_at, partitions) VALUES ('%s', 's', '{*}', 0, 1)"
            .formatted(name));
    database.execute(
        "INSERT INTO event_subscription_partitions (subscription, partition, checkpoint, pending) VALUES ('%s', 0, %d, '%s')"
            .formatted(name, checkpoint, pending));
  }

  @Test
  void positionsLeapToTheNextPartition() {
    log.append(List.of(draft("one")));
    assertThat(partitions.rotate()).hasValue(1);
    assertThat(log.append(List.of(draft("two"))).getFirst().position()).isEqualTo(SECOND);
    assertThat(read()).containsExactly("one", "two");
  }

  @Test
  void anEmptyPartitionIsNotFollowedByAnother() {
    assertThat(partitions.rotate()).isEqualTo(OptionalInt.empty());
    log.append(List.of(draft("one")));
    assertThat(partitions.rotate()).hasValue(1);
    assertThat(partitions.rotate()).isEqualTo(OptionalInt.empty());
    assertThat(partitions.list())
        .extracting(LogPartition::state)
        .containsExactly(
            LogPartition.State.CLOSED, LogPartition.State.OPEN, LogPartition.State.READY);
  }

  @Test
  void oneIdStaysOneEventInLaterPartitions() throws SQLException {
    for (String id : List.of("0-grows", "taken", "Ω")) {
      LogEntry first = log.append(List.of(draft(id))).getFirst();
      partitions.rotate();
      assertThat(log.append(List.of(draft(id))).getFirst().position()).isEqualTo(first.position());
      assertThat(log.append(List.of(draft("1-" + id), draft(id))).getLast().position())
          .isEqualTo(first.position());
      assertThatThrownBy(() -> log.append(List.of(draft(id, "{}"))))
          .isInstanceOf(EventConflictException.class);
      assertThatThrownBy(() -> database.execute(DIRECT.formatted(id)))
          .isInstanceOf(SQLException.class)
          .hasFieldOrPropertyWithValue("SQLState", "23505");
      database.execute(DIRECT.formatted(id) + " ON CONFLICT DO NOTHING");
      assertThat(database.query("SELECT event_id FROM domain_events WHERE event_id = '" + id + "'"))
          .hasSize(1);
      partitions.rotate();
    }
  }

  @Test
  void aSnapshotFromBeforeDoesNotHideAnId() throws SQLException {
    log.append(List.of(draft("before")));
    try (Connection old = database.connect();
        Statement statement = old.createStatement()) {
      old.setAutoCommit(false);
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      statement.execute("SELECT 1");
      log.append(List.of(draft("unseen")));
      partitions.rotate();
      assertThatThrownBy(() -> statement.execute(DIRECT.formatted("unseen")))
          .isInstanceOf(SQLException.class)
          .hasFieldOrPropertyWithValue("SQLState", "40001");
    }
  }

  @Test
  void numbersSetByHandFindAPartitionToo() throws SQLException {
    log.append(List.of(draft("one")));
    database.execute(
        "SELECT setval(pg_get_serial_sequence('domain_events', 'position'), 7000000000000)");
    log.append(List.of(draft("two")));
    assertThatThrownBy(() -> database.execute(DIRECT.formatted("one")))
        .hasFieldOrPropertyWithValue("SQLState", "23505");
    assertThat(partitions.rotate()).hasValue(1);
    log.append(List.of(draft("three")));
    assertThat(partitions.rotate()).hasValue(2);
    log.append(List.of(draft("four")));
    assertThat(read()).containsExactly("one", "two", "three", "four");
    for (String id : read()) {
      assertThatThrownBy(() -> database.execute(DIRECT.formatted(id)))
          .hasFieldOrPropertyWithValue("SQLState", "23505");
    }
  }

  @Test
  void whatEverySubscriptionHasReadIsDropped() throws SQLException {
    log.append(List.of(draft("one")));
    subscription("reader", 1, "{}");
    partitions.rotate();
    log.append(List.of(draft("two")));
    assertThat(partitions.drop(Duration.ofHours(1), false)).as("too young").isEmpty();
    assertThat(partitions.drop(Duration.ZERO, false)).hasSize(1);
    assertThat(stored()).containsExactly("two");
    assertThat(database.query("SELECT to_regclass('domain_events_0')")).containsOnlyNulls();
    assertThat(partitions.list()).hasSize(2);
  }

  @Test
  void whatSomebodyNeedsStaysUnlessToldOtherwise() throws SQLException {
    log.append(List.of(draft("one"), draft("two")));
    partitions.rotate();
    log.append(List.of(draft("three")));
    subscription("behind", 1, "{}");
    subscription("pending", SECOND, "{[2,3)}");
    subscription("key", SECOND, "{}");
    subscription("event", SECOND, "{}");
    subscription("done", SECOND, "{}");
    database.execute(
        "INSERT INTO event_blocked_keys (subscription, position, partition, key, attempts, reason, behind) VALUES ('key', 0, 0, 'k', 1, 'r', 1), ('event', 2, 0, NULL, 1, 'r', 3), ('done', %1$d, 0, 'k', 1, 'r', %1$d)"
            .formatted(SECOND));
    assertThat(partitions.drop(Duration.ZERO, false)).isEmpty();
    assertThat(partitions.list().getFirst().neededBy())
        .containsExactly("behind", "event", "key", "pending");
    assertThat(partitions.drop(Duration.ZERO, true)).hasSize(1);
    assertThat(stored()).containsExactly("three");
  }

  @Test
  void idsOfWhatIsGoneStayTakenForAWeek() throws SQLException {
    LogEntry gone = log.append(List.of(draft("0-gone"))).getFirst();
    log.append(List.of(draft("gone")));
    partitions.rotate();
    partitions.drop(Duration.ZERO, false);
    assertThat(stored()).isEmpty();
    LogEntry again = log.append(List.of(draft("0-gone"))).getFirst();
    assertThat(again.position()).isEqualTo(gone.position());
    assertThat(again.timestamp()).isEqualTo(gone.timestamp());
    assertThatThrownBy(() -> log.append(List.of(draft("gone", "{}"))))
        .isInstanceOf(EventConflictException.class);
    assertThatThrownBy(() -> database.execute(DIRECT.formatted("gone")))
        .hasFieldOrPropertyWithValue("SQLState", "23505");
    assertThat(stored()).isEmpty();
    database.execute("UPDATE event_dropped_ids SET forget_at = now()");
    partitions.drop(Duration.ZERO, false);
    assertThat(database.query("SELECT * FROM event_dropped_ids")).isEmpty();
    log.append(List.of(draft("gone", "{}")));
    assertThat(stored()).containsExactly("gone");
  }

  @Test
  void anOpenPublisherHoldsUpNobodyButThePartition() throws Exception {
    try (Connection slow = database.connect()) {
      slow.setAutoCommit(false);
      log.appendIn(slow, List.of(draft("slow")));
      Thread rotating =
          Thread.ofVirtual()
              .start(
                  () ->
                      assertThatThrownBy(partitions::rotate)
                          .isInstanceOf(EventException.class)
                          .hasMessageContaining("were open at each of"));
      long longest = 0;
      for (int n = 0; rotating.isAlive(); n++) {
        long begun = System.nanoTime();
        log.append(List.of(draft("quick-" + n)));
        longest = Math.max(longest, System.nanoTime() - begun);
      }
      assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(1));
      slow.commit();
    }
    assertThat(partitions.rotate()).hasValue(1);
  }

  @Test
  void readsOnlyThePartitionsItMust() throws SQLException {
    for (int n = 0; n < 3; n++) {
      log.append(List.of(draft("e" + n)));
      partitions.rotate();
    }
    String plan =
        String.join(
            "\n",
            database.query(
                "EXPLAIN "
                    + LogReader.NEXT
                        .replaceFirst("\\?", "200000000000")
                        .replaceFirst("\\?", "100")));
    assertThat(plan)
        .contains("Index Scan using domain_events_2_position_key")
        .doesNotContain("domain_events_position_key", "domain_events_1_position_key", "Sort");
  }

  @Test
  void lagCountsEventsAndNotTheLeapsBetweenPartitions() throws SQLException {
    subscription("reader", 0, "{}");
    log.append(List.of(draft("one"), draft("two")));
    partitions.rotate();
    log.append(List.of(draft("three")));
    assertThat(log.subscriptions().admin().list().getFirst().lag()).isEqualTo(3);
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload) SELECT 'a', 's', '{}' FROM generate_series(1, 120000)");
    assertThat(log.subscriptions().admin().list().getFirst().lag()).isEqualTo(120_003);
  }

  @Test
  void subscriptionsAreDividedAnewAcrossALeap() throws SQLException {
    subscription("reader", 1, "{}");
    database.execute(
        "INSERT INTO event_subscription_partitions (subscription, partition, checkpoint) VALUES ('reader', 1, %d)"
            .formatted(SECOND));
    database.execute("UPDATE event_subscriptions SET partitions = 2");
    log.append(List.of(draft("one"), draft("two")));
    partitions.rotate();
    log.append(List.of(draft("three")));
    for (int step = 0; step < 3; step++) {
      log.subscriptions().admin().repartition("reader", 3);
    }
    assertThat(
            database.query(
                "SELECT count(*) FROM event_subscription_partitions, unnest(pending) AS range WHERE upper(range) - lower(range) > 1000"))
        .containsExactly("0");
  }
}
