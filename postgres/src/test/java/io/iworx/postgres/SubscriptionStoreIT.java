package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionDefinition.Start;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestServer.class)
class SubscriptionStoreIT {
  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(600);

  @RegisterExtension final TestDatabase database;
  private PostgresEventLog log;
  private SubscriptionStore store;

  SubscriptionStoreIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  @BeforeEach
  void open() {
    log = PostgresEventLog.create(database.pool());
    store = log.subscriptions();
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static SubscriptionDefinition definition(Start start) {
    return new SubscriptionDefinition("stock", "inventory", List.of("work_order.*"), start);
  }

  private Claim claim(String instance, Duration lease) {
    return store.claim(definition(Start.EARLIEST), instance, lease).orElseThrow();
  }

  private Claim claimWhenFree(String instance) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> store.claim(definition(Start.EARLIEST), instance, LEASE), Optional::isPresent)
        .orElseThrow();
  }

  private LogEntry append(String id) {
    Draft draft =
        new Draft(
            id,
            "work_order.created",
            "work-orders",
            Correlation.of("story"),
            "w1",
            "{}",
            "{\"organizationId\":\"org-1\"}");
    return log.append(List.of(draft)).getFirst();
  }

  private static void insert(Connection connection, String text) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO effects VALUES ('" + text + "')");
    }
  }

  @Test
  void oneInstanceAtATimeUntilItsLeaseEnds() {
    Claim first = claim("one", SHORT);
    assertThat(store.claim(definition(Start.EARLIEST), "two", LEASE)).isEmpty();
    store.advance(first, 5);
    Claim second = claimWhenFree("two");
    assertThat(second.fence()).isGreaterThan(first.fence());
    assertThat(second.checkpoint()).isEqualTo(5);
    assertThatThrownBy(() -> store.advance(first, 9)).isInstanceOf(ClaimLostException.class);
    assertThatThrownBy(() -> store.handleIn(first, 9, _ -> {}))
        .isInstanceOf(ClaimLostException.class);
    store.release(first);
    assertThat(store.list()).extracting(SubscriptionStatus::instance).containsExactly("two");
  }

  @Test
  void aReleasedClaimIsFreeAtOnce() {
    store.release(claim("one", LEASE));
    assertThat(store.claim(definition(Start.EARLIEST), "two", LEASE)).isPresent();
  }

  @Test
  void aCheckpointNeverGoesBack() {
    Claim claim = claim("one", LEASE);
    store.advance(claim, 9);
    store.advance(claim, 4);
    assertThat(store.list()).extracting(SubscriptionStatus::checkpoint).containsExactly(9L);
  }

  @Test
  void rowsAndCheckpointCommitTogetherOrNotAtAll() throws Exception {
    database.execute("CREATE TABLE effects (what text)");
    Claim claim = claim("one", LEASE);
    assertThatThrownBy(
            () ->
                store.handleIn(
                    claim,
                    1,
                    connection -> {
                      insert(connection, "undone");
                      throw new IllegalStateException("no");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no");
    assertThat(database.query("SELECT what FROM effects")).isEmpty();
    store.handleIn(claim, 1, connection -> insert(connection, "done"));
    assertThat(database.query("SELECT what FROM effects")).containsExactly("done");
    assertThat(store.list()).extracting(SubscriptionStatus::checkpoint).containsExactly(1L);
  }

  @Test
  void workWhoseCommitWasNotAnsweredIsNotDoneAgain() throws Exception {
    database.execute("CREATE TABLE effects (what text)");
    Claim claim = claim("one", LEASE);
    store.handleIn(claim, 1, connection -> insert(connection, "first"));
    store.handleIn(claim, 1, connection -> insert(connection, "again"));
    assertThat(database.query("SELECT what FROM effects")).containsExactly("first");
  }

  @Test
  void aHandlerCannotEndItsDeliverysTransaction() throws Exception {
    database.execute("CREATE TABLE effects (what text)");
    Claim claim = claim("one", LEASE);
    assertThatThrownBy(() -> store.handleIn(claim, 1, Connection::commit))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("commit");
    store.handleIn(
        claim,
        1,
        connection -> {
          try (connection) {
            insert(connection, "closed by habit");
          }
        });
    assertThat(database.query("SELECT what FROM effects")).containsExactly("closed by habit");
  }

  @Test
  void aPausedTransactionDoesNotKeepOthersFromTakingOver() throws Exception {
    database.execute("CREATE TABLE effects (what text)");
    Claim paused = claim("paused", SHORT);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> handling =
          threads.submit(
              () -> {
                store.handleIn(
                    paused,
                    1,
                    connection -> {
                      insert(connection, "paused");
                      try (Statement statement = connection.createStatement()) {
                        statement.execute("UPDATE event_subscriptions SET service = 'locked'");
                      }
                      inside.countDown();
                      goOn.await();
                    });
                return null;
              });
      inside.await();
      Claim taken = claimWhenFree("other");
      store.handleIn(taken, 1, connection -> insert(connection, "other"));
      goOn.countDown();
      assertThatThrownBy(handling::get).hasCauseInstanceOf(Exception.class);
    }
    assertThat(database.query("SELECT what FROM effects")).containsExactly("other");
  }

  @Test
  void aNewSubscriptionStartsWhereItWasTold() {
    append("a");
    append("b");
    assertThat(store.claim(definition(Start.LATEST), "one", LEASE).orElseThrow().checkpoint())
        .isEqualTo(2);
    SubscriptionDefinition other =
        new SubscriptionDefinition("other", "s", List.of("*"), Start.EARLIEST);
    assertThat(store.claim(other, "one", LEASE).orElseThrow().checkpoint()).isZero();
  }

  @Test
  void anEmptyLogHasALatestPositionAtOnce() {
    assertThat(store.claim(definition(Start.LATEST), "one", LEASE).orElseThrow().checkpoint())
        .isZero();
  }

  @Test
  void whatIsPublishedWhileANewSubscriptionStartsIsNotMissed() throws SQLException {
    append("before");
    try (Connection open = database.connect()) {
      open.setAutoCommit(false);
      log.appendIn(
          open, List.of(new Draft("late", "a", "s", Correlation.fresh(), null, "{}", "{}")));
      long start = store.claim(definition(Start.LATEST), "one", LEASE).orElseThrow().checkpoint();
      open.commit();
      assertThat(log.read(start, 10).entries()).extracting(LogEntry::id).containsExactly("late");
    }
  }

  @Test
  void tellsLagDeadLettersAndStatus() throws SQLException {
    Claim claim = claim("one", LEASE);
    LogEntry bad = append("bad");
    append("good");
    append("next");
    store.setAside(claim, bad, 3, "broken\0 payload");
    store.setAside(claim, bad, 4, "again");
    store.advance(claim, 2);
    assertThat(store.list())
        .singleElement()
        .satisfies(
            status -> {
              assertThat(status.lag()).isEqualTo(1);
              assertThat(status.oldestUnread()).isLessThan(Duration.ofMinutes(1));
              assertThat(status.deadLetters()).isEqualTo(1);
              assertThat(status.patterns()).containsExactly("work_order.*");
            });
    assertThat(store.deadLetters("stock", 10))
        .singleElement()
        .satisfies(letter -> assertThat(letter.attempts()).isEqualTo(3))
        .satisfies(letter -> assertThat(letter.entry().id()).isEqualTo("bad"));
    assertThat(
            database.query(
                "SELECT concat_ws('|', handled_by, waiting_for, dead_lettered_by) FROM domain_event_status ORDER BY position"))
        .containsExactly("{}|{}|{stock}", "{stock}|{}|{}", "{}|{stock}|{}");
    assertThat(
            database.query("SELECT kind FROM correlation_timeline WHERE correlation_id = 'story'"))
        .containsExactly("EVENT", "EVENT", "EVENT", "DEAD_LETTER");
    store.release(claim);
    Claim other = claim("two", LEASE);
    assertThatThrownBy(() -> store.setAside(claim, bad, 1, "stale"))
        .isInstanceOf(ClaimLostException.class);
    assertThat(other.checkpoint()).isEqualTo(2);
  }
}
