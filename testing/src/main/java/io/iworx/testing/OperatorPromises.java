package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.AfterDeadLetter;
import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What an operator may do to a subscription, and what comes of it. */
interface OperatorPromises extends LogUnderTest {

  private SubscriptionAdmin admin() throws Exception {
    return log().subscriptions().admin();
  }

  private static void publish(EventBus bus, String thing, int... numbers) {
    for (var number : numbers) {
      bus.publish(HAPPENED, new Happened(thing, number));
    }
  }

  /** Refuses odd numbers until it is told that all is well. */
  private static void subscribe(
      EventBus bus, SubscriptionOptions options, AtomicBoolean well, List<Integer> handled) {
    bus.subscribe(
        "operated",
        List.of(HAPPENED),
        options,
        (event, _) -> {
          var number = event.payload().number();
          if (number % 2 == 1 && !well.get()) {
            throw new PermanentFailure("no odd numbers");
          }
          handled.add(number);
        });
  }

  @Test
  default void redrivesDeadLettersInTheirOrder() throws Exception {
    var bus = bus("contract", log());
    var well = new AtomicBoolean();
    var handled = new CopyOnWriteArrayList<Integer>();
    subscribe(bus, QUICK, well, handled);
    publish(bus, "a", 1, 2, 3, 5);
    eventually().until(() -> status(log(), "operated").deadLetters() == 3);
    eventually().until(() -> handled.equals(List.of(2)));
    assertThat(admin().redrive("operated", null, null)).isEqualTo(3);
    eventually()
        .until(
            () ->
                admin().deadLetters("operated", 10).stream()
                    .allMatch(it -> it.attempts() == 2)); // tried, and dead again
    assertThat(handled).containsExactly(2);
    well.set(true);
    assertThat(admin().redrive("operated", null, null)).isEqualTo(3);
    eventually().until(() -> status(log(), "operated").deadLetters() == 0);
    assertThat(handled).containsExactly(2, 1, 3, 5);
    publish(bus, "a", 7);
    eventually().until(() -> handled.size() == 5);
    eventually().until(() -> status(log(), "operated").lag() == 0);
    assertThat(admin().redrive("operated", "unknown", null)).isZero();
  }

  @Test
  default void redrivesWithAnotherPayload() throws Exception {
    var bus = bus("contract", log());
    var handled = new CopyOnWriteArrayList<Integer>();
    subscribe(bus, QUICK, new AtomicBoolean(), handled);
    publish(bus, "a", 1);
    eventually().until(() -> status(log(), "operated").deadLetters() == 1);
    var id = admin().deadLetters("operated", 1).getFirst().entry().id();
    assertThat(admin().redrive("operated", id, "{\"thingId\":\"a\",\"number\":8}")).isEqualTo(1);
    eventually().until(() -> handled.equals(List.of(8)));
    eventually().until(() -> status(log(), "operated").deadLetters() == 0);
  }

  @Test
  default void keepsAKeyWaitingForItsDeadLetterWhereThatIsWished() throws Exception {
    var bus = bus("contract", log());
    var well = new AtomicBoolean();
    var handled = new CopyOnWriteArrayList<Integer>();
    var waiting = QUICK.withAfterDeadLetter(AfterDeadLetter.KEY_WAITS);
    subscribe(bus, waiting, well, handled);
    publish(bus, "a", 2, 1, 4);
    publish(bus, "b", 6);
    eventually().until(() -> status(log(), "operated").deadLetters() == 1);
    eventually().until(() -> handled.containsAll(List.of(2, 6)));
    eventually().until(() -> status(log(), "operated").blockedKeys() == 1);
    assertThat(status(log(), "operated").blocked())
        .extracting(BlockedKey::key)
        .containsExactly("a");
    assertThat(status(log(), "operated").lag()).isPositive();
    well.set(true);
    admin().redrive("operated", null, null);
    eventually().until(() -> handled.size() == 4);
    assertThat(handled.subList(2, 4)).containsExactly(1, 4);
    eventually().until(() -> status(log(), "operated").lag() == 0);
  }

  @Test
  default void keepsAKeyWaitingUntilTheRedriveOfItsDeadLetterIsOver() throws Exception {
    var bus = bus("contract", log());
    var well = new AtomicBoolean();
    var begun = new CountDownLatch(1);
    var over = new CountDownLatch(1);
    var handled = new CopyOnWriteArrayList<Integer>();
    bus.subscribe(
        "operated",
        List.of(HAPPENED),
        QUICK.withAfterDeadLetter(AfterDeadLetter.KEY_WAITS).withPartitions(1),
        (event, _) -> {
          var number = event.payload().number();
          if (number % 2 == 1 && !well.get()) {
            throw new PermanentFailure("no odd numbers");
          }
          if (number == 1) {
            begun.countDown();
            over.await();
          }
          handled.add(number);
        });
    publish(bus, "a", 1, 4);
    publish(bus, "b", 3);
    eventually().until(() -> status(log(), "operated").deadLetters() == 2);
    well.set(true);
    redrive("a");
    begun.await();
    redrive("b"); // which makes the subscription look at all that waits
    eventually().until(() -> handled.contains(3));
    assertThat(handled).containsExactly(3);
    over.countDown();
    eventually().until(() -> handled.equals(List.of(3, 1, 4)));
  }

  private void redrive(String thing) throws Exception {
    for (var letter : admin().deadLetters("operated", 10)) {
      if (thing.equals(letter.entry().key())) {
        assertThat(admin().redrive("operated", letter.entry().id(), null)).isEqualTo(1);
      }
    }
  }

  @Test
  default void letsAKeyGoOnWhenItsDeadLetterIsDiscarded() throws Exception {
    var bus = bus("contract", log());
    var handled = new CopyOnWriteArrayList<Integer>();
    var waiting = QUICK.withAfterDeadLetter(AfterDeadLetter.KEY_WAITS);
    subscribe(bus, waiting, new AtomicBoolean(), handled);
    publish(bus, "a", 1, 4);
    eventually().until(() -> status(log(), "operated").blockedKeys() == 1);
    assertThat(admin().discard("operated", null)).isEqualTo(1);
    eventually().until(() -> handled.equals(List.of(4)));
    eventually().until(() -> status(log(), "operated").lag() == 0);
    assertThat(status(log(), "operated").deadLetters()).isZero();
  }

  @Test
  default void deliversNothingWhilePausedAndGoesOnAfterwards() throws Exception {
    var bus = bus("contract", log());
    var handled = new CopyOnWriteArrayList<Integer>();
    subscribe(bus, QUICK, new AtomicBoolean(true), handled);
    assertThat(admin().pause("operated", true)).isTrue();
    eventually().until(() -> status(log(), "operated").instances().isEmpty());
    publish(bus, "a", 1, 2);
    assertThat(status(log(), "operated")).matches(it -> it.paused() && it.lag() == 2);
    assertThat(handled).isEmpty();
    assertThat(admin().pause("operated", false)).isTrue();
    eventually().until(() -> handled.equals(List.of(1, 2)));
    assertThat(admin().pause("unknown", true)).isFalse();
  }

  @Test
  default void replaysOneSubscriptionFromAPosition() throws Exception {
    var bus = bus("contract", log());
    var handled = new CopyOnWriteArrayList<Integer>();
    var other = new CopyOnWriteArrayList<Integer>();
    subscribe(bus, QUICK, new AtomicBoolean(true), handled);
    bus.subscribe("other", List.of(HAPPENED), (event, _) -> other.add(event.payload().number()));
    publish(bus, "a", 1, 2, 3);
    eventually().until(() -> handled.size() == 3 && other.size() == 3);
    eventually().until(() -> status(log(), "operated").lag() == 0);
    var second = LogUnderTest.readAll(log(), 0, 10).get(1);
    var from = Start.after(second.position() - 1);
    assertThat(admin().countFrom("operated", from)).isEqualTo(2);
    assertThat(admin().replay("operated", from)).isTrue();
    eventually().until(() -> handled.equals(List.of(1, 2, 3, 2, 3)));
    assertThat(other).containsExactly(1, 2, 3);
    assertThat(admin().replay("unknown", from)).isFalse();
    assertThat(admin().countFrom("unknown", from)).isZero();
  }

  @Test
  default void removesASubscriptionThatNobodyServes() throws Exception {
    var bus = bus("contract", log());
    var handled = new CopyOnWriteArrayList<Integer>();
    subscribe(bus, QUICK, new AtomicBoolean(true), handled);
    assertThatThrownBy(() -> admin().remove("operated"))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("is served by");
    bus.close();
    assertThat(admin().remove("operated")).isTrue();
    assertThat(admin().remove("operated")).isFalse();
    assertThat(admin().list()).isEmpty();
  }
}
