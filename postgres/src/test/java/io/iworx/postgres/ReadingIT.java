package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Slice;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a reader sees while others are in the middle of something. */
@ParameterizedClass
@EnumSource(TestServer.class)
class ReadingIT {
  @RegisterExtension final TestDatabase database;
  private PostgresEventLog log;

  ReadingIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  @BeforeEach
  void open() {
    log = PostgresEventLog.create(database.pool());
    assertThat(log.read(Checkpoint.BEGINNING, 10).entries()).isEmpty();
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static Draft draft(String id) {
    return new Draft(id, "a.b", "test", Correlation.fresh(), null, "{\"id\":\"" + id + "\"}", "{}");
  }

  private List<String> ids() {
    return log.read(Checkpoint.BEGINNING, 1_000).entries().stream().map(LogEntry::id).toList();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private Connection transaction() throws SQLException {
    Connection connection = database.connect();
    connection.setAutoCommit(false);
    return connection;
  }

  @Test
  void readsPastOneThatCommitsLater() throws SQLException {
    try (Connection slow = transaction()) {
      log.appendIn(slow, List.of(draft("slow")));
      log.append(List.of(draft("quick")));
      Slice first = log.read(Checkpoint.BEGINNING, 10);
      assertThat(first.entries()).extracting(LogEntry::id).containsExactly("quick");
      assertThat(first.upTo()).isEqualTo(new Checkpoint(2, Positions.of(1)));
      slow.commit();
      Slice second = log.read(first.upTo(), 10);
      assertThat(second.entries()).extracting(LogEntry::id).containsExactly("slow");
      assertThat(second.upTo()).isEqualTo(Checkpoint.at(2));
      assertThat(ids()).containsExactly("slow", "quick");
    }
  }

  @Test
  void whatShowsLateComesBeforeWhatWasPublishedAfterIt() throws SQLException {
    try (Connection slow = transaction()) {
      log.appendIn(slow, List.of(draft("slow")));
      log.append(List.of(draft("quick")));
      Slice first = log.read(Checkpoint.BEGINNING, 10);
      slow.commit();
      log.append(List.of(draft("after")));
      assertThat(log.read(first.upTo(), 10).entries())
          .extracting(LogEntry::id)
          .containsExactly("slow", "after");
    }
  }

  @Test
  void forgetsWhatIsRolledBack() throws Exception {
    try (Connection slow = transaction()) {
      log.appendIn(slow, List.of(draft("slow")));
      log.append(List.of(draft("quick")));
      Checkpoint from = log.read(Checkpoint.BEGINNING, 10).upTo();
      assertThat(from.pending()).isEqualTo(Positions.of(1));
      slow.rollback();
      log.awaitBeyond(from, Duration.ofSeconds(5));
      assertThat(log.read(from, 10)).isEqualTo(new Slice(List.of(), Checkpoint.at(2), 2));
    }
  }

  @Test
  void wakesAReaderWhenWhatItMissesShows() throws Exception {
    try (Connection slow = transaction()) {
      log.appendIn(slow, List.of(draft("slow")));
      log.append(List.of(draft("quick")));
      Checkpoint from = log.read(Checkpoint.BEGINNING, 10).upTo();
      Thread committing =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      execute(slow, "SELECT pg_sleep(0.1)");
                      slow.commit();
                    } catch (SQLException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      log.awaitBeyond(from, Duration.ofSeconds(10));
      assertThat(log.read(from, 10).entries()).extracting(LogEntry::id).containsExactly("slow");
      committing.join();
    }
  }

  @Test
  void anotherProcessKnowsWhatWasOpenWhenItBegan() throws Exception {
    rows(1_500);
    try (Connection slow = transaction();
        Connection old = transaction()) {
      log.appendIn(old, List.of(draft("old")));
      rows(3_000);
      log.appendIn(slow, List.of(draft("slow")));
      log.append(List.of(draft("quick")));
      try (ConnectionPool other = database.openPool(5);
          PostgresEventLog elsewhere = PostgresEventLog.create(other)) {
        Checkpoint from = Checkpoint.BEGINNING;
        List<LogEntry> all = new ArrayList<>();
        while (from.position() < 4_503) {
          Slice slice = elsewhere.read(from, 700);
          all.addAll(slice.entries());
          from = slice.upTo();
        }
        assertThat(all).hasSize(4_501).extracting(LogEntry::position).isSorted();
        assertThat(from.pending()).isEqualTo(Positions.of(1_501, 4_502));
        slow.commit();
        Slice next = elsewhere.read(from, 700);
        assertThat(next.entries()).extracting(LogEntry::id).containsExactly("slow");
        old.commit();
        next = elsewhere.read(next.upTo(), 700);
        assertThat(next.entries()).extracting(LogEntry::id).containsExactly("old");
        assertThat(next.upTo()).isEqualTo(Checkpoint.at(4_503));
      }
    }
  }

  @Test
  void waitsForTheOldestGapWhenThereAreTooMany() throws Exception {
    int burned = Follower.MAX_GAPS + 50;
    try (Connection slow = transaction()) {
      log.appendIn(slow, List.of(draft("slow")));
      // Every other position is one of a transaction that is rolled back.
      database.execute(
          "DO $$ BEGIN FOR n IN 1.."
              + burned
              + " LOOP PERFORM nextval(pg_get_serial_sequence('domain_events', 'position'));"
              + " INSERT INTO domain_events (event_id, event_type, service_name, payload)"
              + " VALUES ('e' || n, 'a', 's', '{}'); END LOOP; END $$");
      List<LogEntry> before = new ArrayList<>();
      Checkpoint from = readOn(Checkpoint.BEGINNING, before);
      assertThat(before).hasSize(Follower.MAX_GAPS);
      assertThat(from.pending().ranges()).isEqualTo(Follower.MAX_GAPS);
      slow.commit();
      List<LogEntry> after = new ArrayList<>();
      from = readOn(from, after);
      assertThat(after).hasSize(1 + burned - before.size());
      assertThat(after.getFirst().id()).isEqualTo("slow");
      assertThat(from).isEqualTo(Checkpoint.at(1 + 2L * burned));
    }
  }

  @Test
  void aLeapOfNumbersIsNoGapOnceNobodyWrites() throws SQLException {
    rows(3);
    database.execute("SELECT setval(pg_get_serial_sequence('domain_events', 'position'), 5000000)");
    rows(3);
    List<LogEntry> all = new ArrayList<>();
    assertThat(readOn(Checkpoint.BEGINNING, all)).isEqualTo(Checkpoint.at(5_000_003));
    assertThat(all).hasSize(6);
  }

  private void rows(int count) throws SQLException {
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload) SELECT 'a', 's', '{}' FROM generate_series(1, "
            + count
            + ")");
  }

  /** Reads until two looks bring nothing new. */
  private Checkpoint readOn(Checkpoint from, List<LogEntry> all) {
    Checkpoint position = from;
    int nothing = 0;
    while (nothing < 3) {
      Slice slice = log.read(position, 300);
      all.addAll(slice.entries());
      nothing = slice.upTo().equals(position) ? nothing + 1 : 0;
      position = slice.upTo();
    }
    return position;
  }

  @Test
  void goesOnWhenTheEarlierOneIsRolledBack() throws SQLException {
    try (Connection slow = transaction()) {
      log.appendIn(slow, List.of(draft("slow")));
      log.append(List.of(draft("quick")));
      slow.rollback();
      assertThat(ids()).containsExactly("quick");
    }
  }

  @Test
  void isNotHeldUpByWritersOfOtherTablesOrByReaders() throws SQLException {
    database.execute("CREATE TABLE other (id int)");
    try (Connection writer = transaction();
        Connection reader = transaction()) {
      execute(writer, "INSERT INTO other VALUES (1)");
      execute(reader, "SELECT * FROM domain_events FOR UPDATE");
      log.append(List.of(draft("quick")));
      assertThat(ids()).containsExactly("quick");
    }
  }

  @Test
  void isNotHeldUpByOtherPublishers() throws SQLException {
    try (Connection first = transaction();
        Connection later = transaction()) {
      log.appendIn(first, List.of(draft("first")));
      log.append(List.of(draft("quick")));
      assertThat(ids()).containsExactly("quick");
      log.appendIn(later, List.of(draft("later")));
      first.commit();
      assertThat(ids()).containsExactly("first", "quick");
      later.commit();
      assertThat(ids()).containsExactly("first", "quick", "later");
    }
  }

  @Test
  void doesNotForgetAPreparedTransaction() throws SQLException {
    try (Connection slow = transaction()) {
      log.appendIn(slow, List.of(draft("slow")));
      log.append(List.of(draft("quick")));
      assertThat(ids()).containsExactly("quick");
      execute(slow, "PREPARE TRANSACTION 'slow'");
      slow.commit();
      log.append(List.of(draft("another")));
      assertThat(ids()).containsExactly("quick", "another");
      assertThat(log.head().pending()).isEqualTo(Positions.of(1));
      slow.setAutoCommit(true);
      execute(slow, "COMMIT PREPARED 'slow'");
      assertThat(ids()).containsExactly("slow", "quick", "another");
    }
  }

  @Test
  void deliversWhatIsInsertedByHand() throws Exception {
    log.append(List.of(draft("before")));
    assertThat(ids()).containsExactly("before");
    long started = System.nanoTime();
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload) VALUES ('Any Text é!', 'psql', '{}')");
    log.awaitBeyond(Checkpoint.at(1), Duration.ofSeconds(5));
    assertThat(log.read(Checkpoint.at(1), 10).entries())
        .singleElement()
        .satisfies(entry -> assertThat(entry.type()).isEqualTo("Any Text é!"))
        .satisfies(entry -> assertThat(entry.correlationId()).isNull());
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void isQuickWhileForeignTransactionsAreOpen() throws Exception {
    database.execute("CREATE TABLE other (id int)");
    List<Long> micros = new ArrayList<>();
    try (Connection writer = transaction();
        Connection publisher = transaction()) {
      execute(writer, "INSERT INTO other VALUES (1)");
      for (int n = 0; n < 200; n++) {
        Checkpoint position = log.head();
        if (n % 2 == 0) {
          log.append(List.of(draft("q" + n)));
        } else {
          log.appendIn(publisher, List.of(draft("q" + n)));
          publisher.commit();
        }
        long published = System.nanoTime();
        log.awaitBeyond(position, Duration.ofSeconds(5));
        assertThat(log.read(position, 1).entries()).hasSize(1);
        micros.add((System.nanoTime() - published) / 1_000);
      }
    }
    micros.sort(null);
    System.out.println(
        "Committed to read, µs: p50 " + micros.get(100) + ", p99 " + micros.get(198));
    assertThat(micros.get(100)).isLessThan(250_000);
  }

  @Test
  void readsRowsWithHolesAndOddities() throws SQLException {
    database.execute(
        """
        INSERT INTO domain_events (event_id, event_type, service_name, payload, metadata, published_at, created_at)
        VALUES ('a', '', '', '[1]', '"text"', NULL, NULL), ('b', '*', 's', '1', NULL, '-infinity', NULL)
        """);
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload, traceparent) VALUES ('x', 's', 'null', 'odd')");
    assertThat(log.read(Checkpoint.BEGINNING, 10).entries())
        .hasSize(3)
        .allSatisfy(entry -> assertThat(entry.traceContext()).isNull());
    assertThat(log.head()).isEqualTo(Checkpoint.at(3));
  }

  @Test
  void keepsTheOrderOfABatchAndReturnsTheFirstPositionOfAnId() {
    List<Draft> drafts = IntStream.range(0, 300).mapToObj(n -> draft("e" + n)).toList();
    List<LogEntry> entries = log.append(drafts);
    assertThat(entries).extracting(LogEntry::id).isEqualTo(drafts.stream().map(Draft::id).toList());
    assertThat(entries).extracting(LogEntry::position).isSorted();
    List<LogEntry> again = log.append(List.of(draft("new"), drafts.get(7)));
    assertThat(again.get(1).position()).isEqualTo(entries.get(7).position());
    assertThat(ids()).hasSize(301);
  }

  @Test
  void aConflictStoresNothing() {
    log.append(List.of(draft("one")));
    Draft different =
        new Draft("one", "a.b", "test", Correlation.fresh(), null, "{\"id\":2}", "{}");
    assertThatThrownBy(() -> log.append(List.of(draft("two"), different)))
        .isInstanceOf(EventConflictException.class)
        .hasMessageContaining("one");
    assertThatThrownBy(() -> log.append(List.of(different)))
        .isInstanceOf(EventConflictException.class);
    assertThatThrownBy(
            () ->
                log.append(
                    List.of(
                        draft("x"),
                        draft("y"),
                        new Draft("x", "c", "s", Correlation.fresh(), null, "{}", "{}"))))
        .isInstanceOf(EventConflictException.class);
    assertThat(ids()).containsExactly("one");
  }

  @Test
  void numbersAreComparedAsJsonAndNotAsText() {
    Correlation correlation = Correlation.fresh();
    log.append(List.of(new Draft("n", "a", "s", correlation, "k", "{\"a\": 1, \"b\":2}", "{}")));
    log.append(List.of(new Draft("n", "a", "s", correlation, "k", "{\"b\":2,\"a\":1.0}", "{}")));
    assertThat(ids()).containsExactly("n");
  }

  @Test
  void refusesAutocommit() {
    assertThatThrownBy(
            () -> {
              try (Connection connection = database.connect()) {
                log.appendIn(connection, List.of(draft("x")));
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("autocommit");
  }

  @Test
  void refusesWhatTheDatabaseCannotKeep() {
    Draft nul = new Draft("n", "a", "s", Correlation.fresh(), null, "{\"a\":\"\\u0000\"}", "{}");
    assertThatThrownBy(() -> log.append(List.of(nul)))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("Event n was not appended");
  }

  @Test
  void survivesTheLossOfItsConnections() throws SQLException {
    log.append(List.of(draft("before")));
    assertThat(ids()).containsExactly("before");
    try (Connection admin = database.connect()) {
      execute(
          admin,
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'iworx' AND datname = current_database()");
    }
    log.append(List.of(draft("after")));
    assertThat(ids()).containsExactly("before", "after");
  }

  @Test
  void aLogOfManyRowsIsReadInPieces() throws SQLException {
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload) SELECT 'a', 's', '{}' FROM generate_series(1, 5000)");
    List<LogEntry> all = new ArrayList<>();
    Checkpoint position = Checkpoint.BEGINNING;
    while (true) {
      Slice slice = log.read(position, 700);
      all.addAll(slice.entries());
      if (slice.entries().isEmpty()) {
        break;
      }
      position = slice.upTo();
    }
    assertThat(all).extracting(LogEntry::position).hasSize(5000).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void anotherProcessIsToldByANotice() throws Exception {
    try (ConnectionPool other = database.openPool(5);
        PostgresEventLog elsewhere =
            PostgresEventLog.create(
                other, PostgresEventLogOptions.defaults().withIdlePoll(Duration.ofMinutes(1)))) {
      elsewhere.awaitBeyond(Checkpoint.BEGINNING, Duration.ofMillis(10));
      Awaitility.await()
          .until(
              () ->
                  database
                      .query(
                          "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")
                      .size(),
              size -> size == 1);
      // Idle by now: nothing but a notice makes it look within the minute.
      elsewhere.awaitBeyond(Checkpoint.BEGINNING, Duration.ofMillis(2_500));
      long started = System.nanoTime();
      log.append(List.of(draft("x")));
      elsewhere.awaitBeyond(Checkpoint.BEGINNING, Duration.ofSeconds(30));
      assertThat(elsewhere.read(Checkpoint.BEGINNING, 10).entries()).hasSize(1);
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    }
  }
}
