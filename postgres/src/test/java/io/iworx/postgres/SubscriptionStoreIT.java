package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import io.iworx.eventbus.spi.SubscriptionStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
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
    return new SubscriptionDefinition("stock", "inventory", 1, List.of("work_order.*"), start, 1);
  }

  private Claim claim(String instance, Duration lease) {
    store.define(definition(Start.EARLIEST));
    return tryClaim(instance, lease).orElseThrow();
  }

  private Optional<Claim> tryClaim(String instance, Duration lease) {
    return store.claim(definition(Start.EARLIEST), instance, lease, 1).stream().findFirst();
  }

  private static Advance to(Claim claim, long position) {
    return Advance.to(claim, Checkpoint.at(position));
  }

  private void advance(Claim claim, long position) {
    assertThat(store.advance(List.of(to(claim, position)))).isEmpty();
  }

  private void setAside(Claim claim, LogEntry entry, int attempts, String reason) {
    DeadLetter letter = new DeadLetter(entry, attempts, reason, "at", Instant.EPOCH);
    store.advance(
        List.of(new Advance(claim, null, List.of(), List.of(), List.of(letter), List.of())));
  }

  private Claim claimWhenFree(String instance) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> tryClaim(instance, LEASE), Optional::isPresent)
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
    assertThat(tryClaim("two", LEASE)).isEmpty();
    advance(first, 5);
    Claim second = claimWhenFree("two");
    assertThat(second.fence()).isGreaterThan(first.fence());
    assertThat(second.checkpoint()).isEqualTo(Checkpoint.at(5));
    assertThat(store.advance(List.of(to(first, 9)))).containsExactly(first);
    assertThatThrownBy(() -> store.handleIn(to(first, 9), _ -> {}))
        .isInstanceOf(ClaimLostException.class);
    store.release(to(first, 9));
    assertThat(store.admin().list())
        .extracting(SubscriptionStatus::instances)
        .containsExactly(List.of("two"));
  }

  /** Its connection is cut at COMMIT, say: the answer is lost, and it is claimed anew. */
  @Test
  void nobodyClaimsWhileWhatWasBlockedIsBeingFreed() throws Exception {
    LogEntry entry = append("e1");
    Claim first = claim("one", SHORT);
    BlockedKey failed = BlockedKey.event(entry, 1, Instant.EPOCH, "no");
    Checkpoint past = Checkpoint.at(entry.position());
    store.advance(
        List.of(new Advance(first, past, List.of(failed), List.of(), List.of(), List.of())));
    Advance handled =
        new Advance(first, null, List.of(), List.of(failed.id()), List.of(), List.of());
    try (Connection open = database.pool().getConnection()) {
      open.setAutoCommit(false);
      PartitionTable.write(open, handled);
      Awaitility.await().until(() -> isOver(first));
      assertThat(tryClaim("two", LEASE)).isEmpty();
      open.commit();
    }
    assertThat(claimWhenFree("two").blocked()).isEmpty();
  }

  private boolean isOver(Claim claim) throws SQLException {
    try (Connection connection = database.pool().getConnection();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT lease_until < clock_timestamp() FROM event_subscription_partitions WHERE subscription = ?")) {
      query.setString(1, claim.subscription());
      try (ResultSet row = query.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  @Test
  void aReleasedClaimIsFreeAtOnce() {
    store.release(Advance.none(claim("one", LEASE)));
    assertThat(tryClaim("two", LEASE)).isPresent();
  }

  @Test
  void rowsAndCheckpointCommitTogetherOrNotAtAll() throws Exception {
    database.execute("CREATE TABLE effects (what text)");
    Claim claim = claim("one", LEASE);
    assertThatThrownBy(
            () ->
                store.handleIn(
                    to(claim, 1),
                    connection -> {
                      insert(connection, "undone");
                      throw new IllegalStateException("no");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no");
    assertThat(database.query("SELECT what FROM effects")).isEmpty();
    store.handleIn(to(claim, 1), connection -> insert(connection, "done"));
    assertThat(database.query("SELECT what FROM effects")).containsExactly("done");
    assertThat(store.admin().list()).extracting(SubscriptionStatus::checkpoint).containsExactly(1L);
  }

  @Test
  void anEffectWhoseBlockedRowIsGoneIsRolledBack() throws Exception {
    database.execute("CREATE TABLE effects (what text)");
    Claim claim = claim("one", LEASE);
    Advance freeing =
        new Advance(
            claim, null, List.of(), List.of(new BlockedKey.Id(7, "k")), List.of(), List.of());
    assertThatThrownBy(() -> store.handleIn(freeing, connection -> insert(connection, "again")))
        .isInstanceOf(ClaimLostException.class);
    assertThat(database.query("SELECT what FROM effects")).isEmpty();
  }

  @Test
  void aHandlerCannotEndItsDeliverysTransaction() throws Exception {
    database.execute("CREATE TABLE effects (what text)");
    Claim claim = claim("one", LEASE);
    assertThatThrownBy(() -> store.handleIn(to(claim, 1), Connection::commit))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("commit");
    store.handleIn(
        to(claim, 1),
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
                    to(paused, 1),
                    connection -> {
                      insert(connection, "paused");
                      try (Statement statement = connection.createStatement()) {
                        statement.execute("SELECT FROM event_subscription_partitions FOR UPDATE");
                      }
                      inside.countDown();
                      goOn.await();
                    });
                return null;
              });
      inside.await();
      Claim taken = claimWhenFree("other");
      store.handleIn(to(taken, 1), connection -> insert(connection, "other"));
      goOn.countDown();
      assertThatThrownBy(handling::get).hasCauseInstanceOf(Exception.class);
    }
    assertThat(database.query("SELECT what FROM effects")).containsExactly("other");
  }

  @Test
  void whatIsPublishedWhileANewSubscriptionStartsIsNotMissed() throws SQLException {
    append("before");
    try (Connection open = database.connect()) {
      open.setAutoCommit(false);
      log.appendIn(
          open, List.of(new Draft("late", "a", "s", Correlation.fresh(), null, "{}", "{}")));
      store.define(definition(Start.LATEST));
      Checkpoint start = tryClaim("one", LEASE).orElseThrow().checkpoint();
      open.commit();
      assertThat(log.read(start, 10).entries()).extracting(LogEntry::id).containsExactly("late");
    }
  }

  @Test
  void tellsHowFarBehindASubscriptionIsWithoutCountingAll() throws SQLException {
    int events = 3 * SubscriptionList.COUNTED;
    Claim claim = claim("one", LEASE);
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload)"
            + " SELECT 'a', 's', '{}' FROM generate_series(1, "
            + events
            + ")");
    assertThat(store.admin().list().getFirst().lag()).isEqualTo(events);
    advance(claim, 100);
    assertThat(store.admin().list().getFirst().lag()).isEqualTo(events - 100);
    advance(claim, events - 100);
    assertThat(store.admin().list().getFirst().lag()).isEqualTo(100);
  }

  @Test
  void tellsLagDeadLettersAndStatus() throws SQLException {
    Claim claim = claim("one", LEASE);
    LogEntry bad = append("bad");
    append("good");
    append("next");
    setAside(claim, bad, 3, "broken\0 payload");
    setAside(claim, bad, 4, "again");
    advance(claim, 2);
    assertThat(store.admin().list())
        .singleElement()
        .satisfies(
            status -> {
              assertThat(status.lag()).isEqualTo(1);
              assertThat(status.oldestUnread()).isLessThan(Duration.ofMinutes(1));
              assertThat(status.deadLetters()).isEqualTo(1);
              assertThat(status.patterns()).containsExactly("work_order.*");
            });
    assertThat(store.admin().deadLetters("stock", 10))
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
    store.release(Advance.none(claim));
    Claim other = claim("two", LEASE);
    setAside(claim, append("later"), 1, "stale");
    assertThat(store.admin().deadLetters("stock", 10)).hasSize(1);
    assertThat(other.checkpoint()).isEqualTo(Checkpoint.at(2));
  }

  @Test
  void tellsWhatExpiredFromWhatWasHandled() throws SQLException {
    Claim claim = claim("one", LEASE);
    LogEntry handled = append("handled");
    LogEntry late = append("late");
    LogEntry waiting = append("waiting");
    Advance advance =
        new Advance(
            claim,
            Checkpoint.at(waiting.position() - 1),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Positions.of(late.position()));
    assertThat(store.advance(List.of(advance))).isEmpty();
    assertThat(store.advance(List.of(advance))).isEmpty(); // said twice, noted once
    assertThat(
            database.query(
                "SELECT concat_ws('|', handled_by, waiting_for, expired_for) FROM domain_event_status ORDER BY position"))
        .containsExactly("{stock}|{}|{}", "{}|{}|{stock}", "{}|{stock}|{}");
    assertThat(handled.position()).isLessThan(late.position());
  }
}
