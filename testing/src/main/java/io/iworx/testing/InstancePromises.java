package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.Delivery;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Instances that share a subscription: one delivers, another goes on when it is gone. */
interface InstancePromises extends LogUnderTest {

  @Test
  default void dividesTheEventsAmongTwoInstances() throws Exception {
    var ledger = new Ledger();
    var one = bus("contract", log());
    var two = bus("contract", anotherLog());
    for (var bus : List.of(one, two)) {
      bus.subscribe(
          "shared",
          List.of(HAPPENED),
          (event, _) -> ledger.delivered(event.payload().thingId(), event.id()));
    }
    for (int i = 0; i < 50; i++) {
      var publisher = i % 2 == 0 ? one : two;
      var thing = "thing-" + i % 3;
      ledger.published(thing, publisher.publish(HAPPENED, new Happened(thing, i)).id());
    }
    eventually().until(() -> ledger.missing().isEmpty());
    assertThat(ledger.repeated()).isEmpty();
    assertThat(ledger.outOfOrder()).isEmpty();
  }

  @Test
  default void handsOverAtOnceWhenAnInstanceIsClosed() throws Exception {
    var one = bus("contract", log());
    var two = bus("contract", anotherLog());
    var byOne = new CopyOnWriteArrayList<Integer>();
    var byTwo = new CopyOnWriteArrayList<Integer>();
    one.subscribe("shared", List.of(HAPPENED), (event, _) -> byOne.add(event.payload().number()));
    two.subscribe("shared", List.of(HAPPENED), (event, _) -> byTwo.add(event.payload().number()));
    two.publish(HAPPENED, new Happened("a", 1));
    eventually().until(() -> byOne.size() + byTwo.size() == 1);
    one.close();
    for (int i = 0; i < 8; i++) {
      two.publish(HAPPENED, new Happened("thing-" + i, 2));
    }
    eventually().until(() -> byOne.size() + byTwo.size() == 9);
    assertThat(byTwo).filteredOn(it -> it == 2).hasSize(8);
  }

  @Test
  default void deliversAgainWhatACrashedInstanceHadNotCheckpointed() throws Exception {
    var doomedLog = new CutOffLog(log());
    var doomed =
        EventBus.create(
            "contract",
            doomedLog,
            EventBusOptions.defaults()
                .withLease(LEASE)
                .withCheckpointInterval(Duration.ofHours(1))
                .withSubscriptions(QUICK));
    var before = new CopyOnWriteArrayList<Delivery>();
    doomed.subscribe("crashing", List.of(HAPPENED), (_, delivery) -> before.add(delivery));
    var publisher = bus("contract", anotherLog());
    var ids =
        IntStream.range(0, 5)
            .mapToObj(i -> publisher.publish(HAPPENED, new Happened("a", i)).id())
            .toList();
    eventually().until(() -> before.size() == 5);
    doomedLog.cutOff();

    var after = new CopyOnWriteArrayList<Delivery>();
    publisher.subscribe("crashing", List.of(HAPPENED), (_, delivery) -> after.add(delivery));
    eventually().until(() -> after.size() >= 5);
    assertThat(after).extracting(Delivery::eventId).isEqualTo(ids);
    assertThat(after.getFirst().fence()).isGreaterThan(before.getFirst().fence());
    doomed.close();
  }

  @Test
  default void refusesAnInstanceThatWakesUpAfterItsLease() throws Exception {
    var sleeperLog = new CutOffLog(log());
    var sleeper = bus("contract", sleeperLog);
    var asleep = new CountDownLatch(1);
    var bySleeper = new CopyOnWriteArrayList<Integer>();
    sleeper.subscribe(
        "paused",
        List.of(HAPPENED),
        (event, _) -> {
          bySleeper.add(event.payload().number());
          asleep.await();
        });
    var awake = bus("contract", anotherLog());
    awake.publish(HAPPENED, new Happened("a", 1));
    awake.publish(HAPPENED, new Happened("a", 2));
    eventually().until(() -> bySleeper.size() == 1);
    sleeperLog.cutOff(); // no sign of life reaches the log any more

    var byAwake = new CopyOnWriteArrayList<Integer>();
    var failing = new CountDownLatch(1);
    awake.subscribe(
        "paused",
        List.of(HAPPENED),
        (event, _) -> {
          byAwake.add(event.payload().number());
          failing.await();
        });
    eventually().until(() -> byAwake.size() == 1);
    sleeperLog.join();
    asleep
        .countDown(); // its handler ends; what follows must not begin, nor may the checkpoint move
    eventually().until(() -> !status(log(), "paused").instances().isEmpty());
    assertThat(status(log(), "paused").lag()).isEqualTo(2);
    assertThat(bySleeper).containsExactly(1);
    failing.countDown();
    eventually().until(() -> status(log(), "paused").lag() == 0);
    assertThat(byAwake).startsWith(1);
    // The sleeper may have been given the partition again, as one of two instances.
    assertThat(Stream.concat(bySleeper.stream(), byAwake.stream()))
        .containsExactlyInAnyOrder(1, 1, 2);
  }

  @Test
  default void holdsItsClaimWhileAHandlerIsSlow() throws Exception {
    var one = bus("contract", log());
    var two = bus("contract", anotherLog());
    var handled = new CopyOnWriteArrayList<String>();
    var slow = new CountDownLatch(1);
    one.subscribe(
        "slow",
        List.of(HAPPENED),
        (_, _) -> {
          handled.add("one");
          slow.await();
        });
    two.subscribe("slow", List.of(HAPPENED), (_, _) -> handled.add("two"));
    two.publish(HAPPENED, new Happened("a", 1));
    eventually().until(() -> handled.size() == 1);
    var end = System.nanoTime() + LEASE.multipliedBy(2).toNanos();
    eventually().until(() -> System.nanoTime() > end);
    slow.countDown();
    eventually().until(() -> status(log(), "slow").lag() == 0);
    assertThat(handled).containsExactly("one");
  }

  @Test
  default void triesAgainInTimeWhatAnInstanceWithAWrongClockLeftBehind() throws Exception {
    for (var wrong : List.of(Duration.ofDays(1), Duration.ofDays(-1))) {
      var name = "clocks" + wrong.toDays();
      var clock = Clock.offset(Clock.systemUTC(), wrong);
      var failed = new CountDownLatch(1);
      try (var one =
          EventBus.create(
              "contract",
              log(),
              EventBusOptions.defaults()
                  .withClock(clock)
                  .withLease(LEASE)
                  .withSubscriptions(QUICK))) {
        one.subscribe(
            name,
            List.of(HAPPENED),
            (_, _) -> {
              failed.countDown();
              throw new IllegalStateException("not here");
            });
        one.publish(HAPPENED, new Happened("a", 1));
        failed.await();
      }
      var two = bus("contract", anotherLog());
      var handled = new CopyOnWriteArrayList<Integer>();
      two.subscribe(name, List.of(HAPPENED), (event, _) -> handled.add(event.payload().number()));
      eventually().until(() -> !handled.isEmpty());
    }
  }
}
