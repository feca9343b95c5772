package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.AfterDeadLetter;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Repartitioning;
import io.iworx.eventbus.spi.Repartitioning.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Another number of partitions while events come in: none lost, none twice, each key in order. */
interface RepartitionPromises extends LogUnderTest {
  int KEYS = 20;

  /** Between two events of a publisher. */
  Duration PACE = Duration.ofMillis(1);

  private Repartitioning step(int partitions) throws Exception {
    return log().subscriptions().admin().repartition("divided", partitions).orElseThrow();
  }

  private void repartition(int partitions) throws Exception {
    eventually().until(() -> step(partitions).state() == State.DONE);
    assertThat(status(log(), "divided").partitions()).hasSize(partitions);
  }

  private static void subscribe(EventBus bus, Ledger ledger) {
    bus.subscribe(
        "divided",
        List.of(HAPPENED),
        (event, _) -> ledger.delivered(event.payload().thingId(), event.id()));
  }

  @Test
  default void losesDoublesAndReordersNothingWhilePartitionsChange() throws Exception {
    var ledger = new Ledger();
    var one = bus("contract", log());
    var two = bus("contract", anotherLog());
    subscribe(one, ledger);
    subscribe(two, ledger);
    var publishing = new AtomicBoolean(true);
    var count = new AtomicInteger();
    try (var publishers = Executors.newVirtualThreadPerTaskExecutor()) {
      var done =
          List.of(one, two).stream()
              .map(
                  bus ->
                      publishers.submit(
                          () -> {
                            var prefix = bus.equals(one) ? "one-" : "two-";
                            while (publishing.get()) {
                              var number = count.incrementAndGet();
                              var thing = prefix + number % KEYS;
                              ledger.published(
                                  thing, bus.publish(HAPPENED, new Happened(thing, number)).id());
                              LockSupport.parkNanos(PACE.toNanos());
                            }
                          }))
              .toList();
      try {
        for (var partitions : List.of(7, 1, 4)) {
          var before = ledger.deliveries();
          repartition(partitions);
          eventually().until(() -> ledger.deliveries() > before + KEYS);
        }
      } finally {
        publishing.set(false);
      }
      for (var each : done) {
        each.get();
      }
    }
    eventually().until(() -> ledger.missing().isEmpty());
    eventually().until(() -> status(log(), "divided").lag() == 0);
    assertThat(ledger.repeated()).isEmpty();
    assertThat(ledger.outOfOrder()).isEmpty();
    assertThat(ledger.uncalledFor()).isEmpty();
  }

  @Test
  default void keepsWhatIsBlockedAndDeadWhenPartitionsChange() throws Exception {
    var bus = bus("contract", log());
    var well = new AtomicBoolean();
    var handled = new CopyOnWriteArrayList<String>();
    bus.subscribe(
        "divided",
        List.of(HAPPENED),
        QUICK.withAfterDeadLetter(AfterDeadLetter.KEY_WAITS),
        (event, _) -> {
          var thing = event.payload().thingId();
          if (event.payload().number() == 0 && !well.get()) {
            throw new PermanentFailure("not yet");
          }
          handled.add(thing + event.payload().number());
        });
    for (var number = 0; number < 3; number++) {
      for (var thing : List.of("a", "b", "c", "d", "e")) {
        bus.publish(HAPPENED, new Happened(thing, number));
      }
    }
    bus.publish(HAPPENED, new Happened("free", 1));
    eventually().until(() -> status(log(), "divided").deadLetters() == 5);
    eventually().until(() -> handled.contains("free1"));
    repartition(9);
    var status = status(log(), "divided");
    assertThat(status.deadLetters()).isEqualTo(5);
    assertThat(status.blocked())
        .extracting(BlockedKey::key)
        .containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    bus.publish(HAPPENED, new Happened("a", 3));
    bus.publish(HAPPENED, new Happened("free", 2));
    eventually().until(() -> handled.contains("free2"));
    assertThat(handled).containsExactly("free1", "free2");
    well.set(true);
    log().subscriptions().admin().redrive("divided", null, null);
    eventually().until(() -> status(log(), "divided").lag() == 0);
    assertThat(handled)
        .filteredOn(it -> it.startsWith("a"))
        .containsExactly("a0", "a1", "a2", "a3");
    assertThat(handled).filteredOn(it -> it.startsWith("e")).containsExactly("e0", "e1", "e2");
    assertThat(handled).doesNotHaveDuplicates();
  }

  @Test
  default void standsStillWhenWhoeverChangesPartitionsIsGoneAndGoesOnWhenItIsRepeated()
      throws Exception {
    var ledger = new Ledger();
    var bus = bus("contract", log());
    subscribe(bus, ledger);
    var before = step(6);
    assertThat(before.state()).isNotEqualTo(State.DONE);
    eventually().until(() -> step(6).state() != State.DRAINING || before.left() == 0);
    for (var number = 0; number < 40; number++) {
      var thing = "thing-" + number % KEYS;
      ledger.published(thing, bus.publish(HAPPENED, new Happened(thing, number)).id());
    }
    repartition(6);
    eventually().until(() -> ledger.missing().isEmpty());
    assertThat(ledger.repeated()).isEmpty();
    assertThat(ledger.outOfOrder()).isEmpty();
  }

  @Test
  default void goesOnAsBeforeWhenAChangeOfPartitionsIsEnded() throws Exception {
    var ledger = new Ledger();
    var bus = bus("contract", log());
    subscribe(bus, ledger);
    var partitions = status(log(), "divided").partitions().size();
    assertThat(step(partitions + 1).state()).isNotEqualTo(State.DONE);
    assertThat(step(partitions).state()).isEqualTo(State.DONE);
    ledger.published("a", bus.publish(HAPPENED, new Happened("a", 1)).id());
    eventually().until(() -> ledger.missing().isEmpty());
    assertThat(status(log(), "divided").partitions()).hasSize(partitions);
  }

  @Test
  default void refusesToChangePartitionsOfWhatIsPausedOrUnknown() throws Exception {
    var admin = log().subscriptions().admin();
    assertThat(admin.repartition("divided", 2)).isEmpty();
    subscribe(bus("contract", log()), new Ledger());
    admin.pause("divided", true);
    assertThatThrownBy(() -> admin.repartition("divided", 2))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("divided")
        .hasMessageContaining("paused");
  }
}
