package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.Delivery;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.EventHandler;
import io.iworx.eventbus.EventType;
import io.iworx.testing.Effects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Handlers that write to a second database, while instances stop and connections are killed. */
@ParameterizedClass
@EnumSource(TestServer.class)
class InboxIT {
  /** Something to happen. */
  private record Thing(String name) {}

  private static final EventType<Thing> THING = EventType.of("thing.happened", Thing.class);
  private static final Duration LONG = Duration.ofSeconds(30);

  @RegisterExtension final TestDatabase logDatabase;
  @RegisterExtension final TestDatabase own;
  private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
  private @Nullable ConnectionPool firstPool;

  InboxIT(TestServer server) {
    logDatabase = TestDatabase.migrated(server);
    own = TestDatabase.empty(server);
  }

  @BeforeEach
  void makeTheTable() throws SQLException {
    try (Connection connection = own.pool().getConnection()) {
      PostgresInbox.createTable(connection);
      PostgresInbox.createTable(connection); // where it is, nothing happens
    }
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable it : opened.reversed()) {
      it.close();
    }
  }

  @Test
  void anInstanceThatStopsLongerThanItsLeaseAndItsSuccessorHaveTheEffectOnce() throws Exception {
    Effects effects = Effects.in(own.pool());
    CountDownLatch done = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Boolean> ran = new CopyOnWriteArrayList<>();
    EventBus slow = bus("slow");
    slow.subscribe(
        "own",
        List.of(THING),
        (event, delivery) ->
            inOwn(
                delivery,
                effects,
                event.id(),
                () -> {
                  done.countDown();
                  awaitDespiteInterrupts(goOn);
                },
                ran));
    slow.publish(THING, new Thing("a"));
    assertThat(done.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    cutOffFromTheLog(); // its lease ends, and it does not know
    CountDownLatch second = new CountDownLatch(1);
    bus("next")
        .subscribe(
            "own",
            List.of(THING),
            (event, delivery) -> {
              second.countDown();
              inOwn(delivery, effects, event.id(), () -> {}, ran);
            });
    assertThat(second.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    awaitSomebodyWaitsForARow();
    assertThat(ran).isEmpty();
    goOn.countDown();
    Awaitility.await().atMost(LONG).until(() -> ran.size() == 2);
    assertThat(ran).containsExactlyInAnyOrder(true, false);
    assertThat(own.query("SELECT count(*) FROM effects")).containsExactly("1");
  }

  @Test
  void aSessionKilledBetweenEffectAndCommitIsMadeGoodOnce() throws Exception {
    Effects effects = Effects.in(own.pool());
    List<Boolean> ran = new CopyOnWriteArrayList<>();
    List<Integer> attempts = new CopyOnWriteArrayList<>();
    EventBus bus = bus("killed");
    EventHandler<Thing> handler =
        (event, delivery) -> {
          attempts.add(delivery.attempt());
          inOwn(
              delivery,
              effects,
              event.id(),
              () -> {
                if (delivery.attempt() == 1) {
                  killWhoeverIsIdleInTransaction();
                }
              },
              ran);
        };
    bus.subscribe("own", List.of(THING), handler);
    String id = bus.publish(THING, new Thing("a")).id();
    Awaitility.await().atMost(LONG).until(() -> ran.size() == 1);
    assertThat(attempts).containsExactly(1, 2);
    assertThat(ran).containsExactly(true);
    assertThat(effects.count(id)).isEqualTo(1);
  }

  @Test
  void saysWhatToDoWhereTheTableIsMissing() throws Exception {
    own.execute("DROP TABLE iworx_inbox");
    CompletableFuture<Delivery> delivered = new CompletableFuture<>();
    EventBus bus = bus("missing");
    bus.subscribe("own", List.of(THING), (_, delivery) -> delivered.complete(delivery));
    bus.publish(THING, new Thing("a"));
    Delivery delivery = delivered.get(LONG.toSeconds(), TimeUnit.SECONDS);
    try (Connection connection = own.pool().getConnection()) {
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> delivery.once(connection, _ -> {}))
          .isInstanceOf(EventException.class)
          .hasMessageContaining(delivery.eventId())
          .hasMessageContaining("PostgresInbox.createTable");
      connection.rollback();
    }
  }

  @Test
  void trimsWhatIsOldAndNothingElse() throws Exception {
    own.execute(
        "INSERT INTO iworx_inbox SELECT 'own', n::text, clock_timestamp() - n * interval '1 day' FROM generate_series(0, 9) AS n");
    try (Connection connection = own.pool().getConnection()) {
      assertThat(PostgresInbox.trim(connection, Duration.ofDays(7))).isEqualTo(3);
    }
    assertThat(own.query("SELECT count(*) FROM iworx_inbox")).containsExactly("7");
  }

  @Test
  void theDocumentedTableIsTheOneThatIsMade() throws Exception {
    assertThat(Files.readString(Path.of("../docs/guide/events.md"))).contains(PostgresInbox.sql());
  }

  /** An instance with connections of its own. */
  private EventBus bus(String service) {
    ConnectionPool pool = logDatabase.openPool(8);
    if (firstPool == null) {
      firstPool = pool;
    }
    opened.add(pool);
    PostgresEventLog log = PostgresEventLog.create(pool);
    opened.add(log);
    EventBus bus =
        EventBus.create(
            service,
            log,
            EventBusOptions.defaults()
                .withInstance(service)
                .withLease(Duration.ofSeconds(1))
                .withCheckpointInterval(Duration.ofMillis(20)));
    opened.add(bus);
    return bus;
  }

  private void cutOffFromTheLog() {
    if (firstPool != null) {
      firstPool.close();
    }
  }

  private void inOwn(
      Delivery delivery, Effects effects, String name, Runnable beforeCommit, List<Boolean> ran)
      throws Exception {
    try (Connection connection = own.connect()) {
      connection.setAutoCommit(false);
      boolean now = delivery.once(connection, it -> effects.add(it, name));
      beforeCommit.run();
      connection.commit();
      ran.add(now);
    }
  }

  private static void awaitDespiteInterrupts(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitSomebodyWaitsForARow() {
    Awaitility.await()
        .atMost(LONG)
        .until(
            () ->
                own.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                    .equals(List.of("1")));
  }

  private void killWhoeverIsIdleInTransaction() {
    try {
      own.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
