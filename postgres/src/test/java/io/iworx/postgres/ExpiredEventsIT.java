package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.RetryPolicy;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.Start;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What came too late is not taken for handled, whichever way it comes. */
@ParameterizedClass
@EnumSource(TestServer.class)
class ExpiredEventsIT {
  /** Something to happen. */
  private record Thing(String thingId) {}

  private static final EventType<Thing> THING =
      EventType.of("thing.happened", Thing.class).keyedBy("thingId");
  private static final SubscriptionOptions FROM_THE_START =
      SubscriptionOptions.defaults()
          .withStart(Start.EARLIEST)
          .withRetryPolicy(new RetryPolicy(1_000, Duration.ofMillis(20), Duration.ofMillis(50)));

  @RegisterExtension final TestDatabase database;

  ExpiredEventsIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  @Test
  void theStatusViewTellsThemFromHandledOnes() throws Exception {
    try (PostgresEventLog log = PostgresEventLog.create(database.pool());
        EventBus bus =
            EventBus.create(
                "expiry",
                log,
                EventBusOptions.defaults().withCheckpointInterval(Duration.ofMillis(20)))) {
      bus.subscribe(
          "failing",
          List.of(THING),
          FROM_THE_START,
          (event, _) -> {
            if (event.payload().thingId().equals("mortal")) {
              throw new IllegalStateException("until it is too late");
            }
          });
      Clock clock = Clock.systemUTC();
      var expiry = clock.instant().plusMillis(800);
      for (String thing : List.of("mortal", "other")) {
        bus.publish(NewEvent.of(THING, new Thing(thing)).withExpiry(expiry));
      }
      for (String thing : List.of("mortal", "other")) {
        bus.publish(THING, new Thing(thing + "-for-ever"));
      }
      Awaitility.await().until(() -> clock.instant().isAfter(expiry));
      bus.subscribe("plain", List.of(THING), FROM_THE_START, (_, _) -> {});
      bus.subscribeTransactional("transactional", List.of(THING), FROM_THE_START, (_, _) -> {});
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(
                          database.query(
                              "SELECT concat_ws(' ', handled_by, waiting_for, blocked_for, dead_lettered_by, expired_for) FROM domain_event_status ORDER BY position"))
                      .containsExactly(
                          "{} {} {} {} {failing,plain,transactional}",
                          "{failing} {} {} {} {plain,transactional}",
                          "{failing,plain,transactional} {} {} {} {}",
                          "{failing,plain,transactional} {} {} {} {}"));
    }
  }
}
