package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.Repartitioning.State;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.testing.Effects;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Another number of partitions, in bad moments: each effect still once. */
@ParameterizedClass
@EnumSource(TestServer.class)
class RepartitionIT {
  /** Something to happen. */
  private record Thing(String thingId) {}

  private static final EventType<Thing> THING =
      EventType.of("thing.happened", Thing.class).keyedBy("thingId");
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(30);

  @RegisterExtension final TestDatabase database;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<String> published = new ArrayList<>();
  private PostgresEventLog log;
  private SubscriptionAdmin admin;
  private Effects effects;

  RepartitionIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  @BeforeEach
  void open() throws SQLException {
    log = PostgresEventLog.create(database.pool());
    admin = log.subscriptions().admin();
    effects = Effects.in(database.pool());
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable it : opened.reversed()) {
      it.close();
    }
    log.close();
  }

  private EventBus instance(String name, ConnectionPool pool) {
    PostgresEventLog own = PostgresEventLog.create(pool);
    EventBus bus =
        EventBus.create(
            "service",
            own,
            EventBusOptions.defaults()
                .withInstance(name)
                .withLease(LEASE)
                .withCheckpointInterval(Duration.ofMillis(20)));
    bus.subscribeTransactional(
        "divided", List.of(THING), (event, connection) -> effects.add(connection, event.id()));
    opened.add(own);
    opened.add(bus);
    return bus;
  }

  private void publish(EventBus bus, int count) {
    for (int i = 0; i < count; i++) {
      published.add(bus.publish(THING, new Thing("thing-" + i % 17)).id());
    }
  }

  private void repartition(int partitions) {
    Awaitility.await()
        .atMost(LONG)
        .until(() -> admin.repartition("divided", partitions).orElseThrow().state() == State.DONE);
    assertThat(admin.list().getFirst().partitions()).hasSize(partitions);
  }

  private void assertEachOnce() throws SQLException {
    Awaitility.await().atMost(LONG).until(() -> admin.list().getFirst().lag() == 0);
    assertThat(database.query("SELECT name FROM effects"))
        .containsExactlyInAnyOrderElementsOf(published);
  }

  @Test
  void transactionsThatAreOpenMeanwhileHaveTheirEventsDeliveredOnce() throws Exception {
    EventBus bus = instance("one", database.pool());
    try (Connection commits = database.connect();
        Connection rollsBack = database.connect()) {
      commits.setAutoCommit(false);
      rollsBack.setAutoCommit(false);
      for (int i = 0; i < 10; i++) {
        published.add(bus.publish(commits, THING, new Thing("open-" + i)).id());
        bus.publish(rollsBack, THING, new Thing("open-" + i));
        publish(bus, 5);
      }
      repartition(7);
      publish(bus, 50);
      commits.commit();
      rollsBack.rollback();
      repartition(2);
      publish(bus, 50);
    }
    assertEachOnce();
  }

  @Test
  void anInstanceThatDiesWhileDrainingIsWaitedForNoLongerThanItsLease() throws Exception {
    EventBus stays = instance("stays", database.pool());
    ConnectionPool doomed = database.openPool(8);
    opened.add(doomed);
    instance("doomed", doomed);
    Awaitility.await()
        .atMost(LONG)
        .until(() -> admin.list().getFirst().instances().equals(List.of("doomed", "stays")));
    publish(stays, 200);
    assertThat(admin.repartition("divided", 5).orElseThrow().state()).isNotEqualTo(State.DONE);
    doomed.close();
    publish(stays, 200);
    repartition(5);
    publish(stays, 50);
    assertEachOnce();
  }

  @Test
  void whatNobodyServesIsDividedAtOnce() throws Exception {
    EventBus before = instance("before", database.pool());
    publish(before, 100);
    Awaitility.await().atMost(LONG).until(() -> admin.list().getFirst().lag() < 50);
    before.close();
    EventBus publisher = EventBus.create("publisher", log);
    opened.add(publisher);
    publish(publisher, 40);
    assertThat(admin.repartition("divided", 9).orElseThrow().state()).isEqualTo(State.DONE);
    publish(publisher, 40);
    instance("after", database.pool());
    assertEachOnce();
  }

  /** What one partition has behind another's checkpoint is not lost in the joining. */
  @Test
  void partitionsThatStandApartAreJoinedEventByEvent() throws Exception {
    SubscriptionDefinition definition =
        new SubscriptionDefinition(
            "divided", "service", 1, List.of("thing.happened"), Start.EARLIEST, 3);
    log.subscriptions().define(definition);
    EventBus publisher = EventBus.create("publisher", log);
    opened.add(publisher);
    publish(publisher, 60);
    // As if two of three had handled theirs up to different positions.
    database.execute(
        "UPDATE event_subscription_partitions SET checkpoint = CASE partition WHEN 0 THEN 40 WHEN 1 THEN 10 ELSE 60 END");
    database.execute(
        "INSERT INTO effects SELECT event_id FROM domain_events WHERE event_slot(key, position) % 3 = 2"
            + " OR (event_slot(key, position) % 3 = 0 AND position <= 40)"
            + " OR (event_slot(key, position) % 3 = 1 AND position <= 10)");
    assertThat(admin.repartition("divided", 4).orElseThrow().state()).isEqualTo(State.DONE);
    instance("after", database.pool());
    assertEachOnce();
  }

  @Test
  void claimsOfBeforeAreRefused() throws Exception {
    SubscriptionDefinition definition =
        new SubscriptionDefinition(
            "divided", "service", 1, List.of("thing.happened"), Start.EARLIEST, 2);
    log.subscriptions().define(definition);
    Claim stale = log.subscriptions().claim(definition, "stale", LEASE, 1).getFirst();
    repartition(3); // once its lease has ended
    Claim fresh = log.subscriptions().claim(definition, "fresh", LEASE, 1).getFirst();
    assertThat(fresh.partitions()).isEqualTo(3);
    assertThat(fresh.fence()).isGreaterThan(stale.fence());
    assertThat(log.subscriptions().advance(List.of(Advance.to(stale, Checkpoint.at(9)))))
        .containsExactly(stale);
    assertThat(admin.list().getFirst().checkpoint()).isZero();
  }
}
