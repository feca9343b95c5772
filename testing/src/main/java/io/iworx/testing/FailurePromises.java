package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.Delivery;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.eventbus.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A handler that fails gets its event again; what never works is set aside, and the rest goes on.
 */
interface FailurePromises extends LogUnderTest {

  @Test
  default void triesAgainUntilTheHandlerSucceeds() throws Exception {
    var bus = bus("contract", log());
    var deliveries = new CopyOnWriteArrayList<Delivery>();
    bus.subscribe(
        "flaky",
        List.of(HAPPENED),
        (_, delivery) -> {
          deliveries.add(delivery);
          if (delivery.attempt() < 3) {
            throw new IllegalStateException("not yet");
          }
        });
    bus.publish(HAPPENED, new Happened("a", 1));
    eventually().until(() -> status(log(), "flaky").lag() == 0);
    assertThat(deliveries).extracting(Delivery::attempt).containsExactly(1, 2, 3);
    assertThat(status(log(), "flaky").deadLetters()).isZero();
  }

  @Test
  default void setsAnEventAsideAfterTheLastAttemptAndGoesOn() throws Exception {
    var bus = bus("contract", log());
    var numbers = new CopyOnWriteArrayList<Integer>();
    bus.subscribe(
        "poisoned",
        List.of(HAPPENED),
        (event, _) -> {
          numbers.add(event.payload().number());
          if (event.payload().number() == 1) {
            throw new IllegalStateException("never");
          }
        });
    var poison = bus.publish(HAPPENED, new Happened("a", 1));
    bus.publish(HAPPENED, new Happened("a", 2));
    eventually().until(() -> status(log(), "poisoned").lag() == 0);
    assertThat(numbers).containsExactly(1, 1, 1, 2);
    var letters = log().subscriptions().admin().deadLetters("poisoned", 10);
    assertThat(letters).hasSize(1);
    assertThat(letters.getFirst().entry().id()).isEqualTo(poison.id());
    assertThat(letters.getFirst().attempts()).isEqualTo(3);
    assertThat(letters.getFirst().reason()).contains("IllegalStateException").contains("never");
  }

  @Test
  default void setsAnEventAsideAtOnceWhenTryingAgainCannotHelp() throws Exception {
    var bus = bus("contract", log());
    var attempts = new CopyOnWriteArrayList<Integer>();
    bus.subscribe(
        "permanent",
        List.of(HAPPENED),
        (event, delivery) -> {
          attempts.add(delivery.attempt());
          throw new PermanentFailure("thing " + event.payload().thingId() + " is unknown");
        });
    bus.publish(HAPPENED, new Happened("a", 1));
    eventually().until(() -> status(log(), "permanent").lag() == 0);
    assertThat(attempts).containsExactly(1);
    assertThat(log().subscriptions().admin().deadLetters("permanent", 10).getFirst().reason())
        .contains("thing a is unknown");
  }

  @Test
  default void setsAnEventAsideThatCannotBeDecoded() throws Exception {
    var bus = bus("contract", log());
    var handled = new CopyOnWriteArrayList<Integer>();
    bus.subscribe("typed", List.of(HAPPENED), (event, _) -> handled.add(event.payload().number()));
    bus.publish(
        EventType.of("contract.happened", Map.class), Map.of("thingId", "a", "number", "not one"));
    bus.publish(HAPPENED, new Happened("a", 2));
    eventually().until(() -> handled.size() == 1);
    eventually().until(() -> status(log(), "typed").lag() == 0);
    var letters = log().subscriptions().admin().deadLetters("typed", 10);
    assertThat(letters).hasSize(1);
    assertThat(letters.getFirst().attempts()).isEqualTo(1);
    assertThat(letters.getFirst().reason()).contains("cannot be read as Happened");
  }

  @Test
  default void holdsUpOnlyTheKeyThatFails() throws Exception {
    var bus = bus("contract", log());
    var handled = new CopyOnWriteArrayList<String>();
    var patient =
        QUICK.withRetryPolicy(
            new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(5), Duration.ofMillis(20)));
    bus.subscribe(
        "one-key-fails",
        List.of(HAPPENED),
        patient,
        (event, _) -> {
          var allOthersDone = handled.stream().filter(it -> it.startsWith("good")).count() == 20;
          if (event.payload().thingId().equals("bad") && !allOthersDone) {
            throw new IllegalStateException("later");
          }
          handled.add(event.payload().thingId() + event.payload().number());
        });
    for (int i = 0; i < 20; i++) {
      bus.publish(HAPPENED, new Happened("bad", i));
      bus.publish(HAPPENED, new Happened("good", i));
    }
    eventually().until(() -> handled.size() == 40);
    assertThat(handled.subList(0, 20)).allMatch(it -> it.startsWith("good"));
    assertThat(handled.subList(20, 40))
        .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "bad" + i).toList());
  }
}
