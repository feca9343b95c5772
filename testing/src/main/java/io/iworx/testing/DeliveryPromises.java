package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.readAll;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.DomainEvents.AssetDeleted;
import io.iworx.eventbus.Event;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.InvalidEventException;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.spi.Checkpoint;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whoever subscribes gets what matches: all of it, in order, with its context. */
interface DeliveryPromises extends LogUnderTest {

  @Test
  default void deliversEachEventInTheOrderOfItsKey() throws Exception {
    var bus = bus("contract", log());
    var ledger = new Ledger();
    bus.subscribe(
        "all",
        List.of(HAPPENED),
        (event, _) -> ledger.delivered(event.payload().thingId(), event.id()));
    for (int i = 0; i < 300; i++) {
      var thing = "thing-" + i % 7;
      ledger.published(thing, bus.publish(HAPPENED, new Happened(thing, i)).id());
    }
    eventually().until(() -> ledger.missing().isEmpty());
    assertThat(ledger.outOfOrder()).isEmpty();
    assertThat(ledger.repeated()).isEmpty();
    assertThat(ledger.uncalledFor()).isEmpty();
  }

  @Test
  default void deliversOtherKeysWhileOneIsHandled() throws Exception {
    var bus = bus("contract", log());
    var slow = new CountDownLatch(1);
    var handled = new LinkedBlockingQueue<String>();
    bus.subscribe(
        "parallel",
        List.of(HAPPENED),
        (event, _) -> {
          if (event.payload().thingId().equals("slow")) {
            slow.await();
          }
          handled.add(event.payload().thingId());
        });
    var first = bus.publish(HAPPENED, new Happened("slow", 1));
    bus.publish(HAPPENED, new Happened("slow", 2));
    bus.publish(HAPPENED, new Happened("quick", 1));
    assertThat(handled.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("quick");
    assertThat(status(log(), "parallel").checkpoint()).isLessThan(lastPositionBefore(first));
    slow.countDown();
    eventually().until(() -> handled.size() == 2);
    eventually().until(() -> status(log(), "parallel").lag() == 0);
  }

  private long lastPositionBefore(Event<?> event) throws Exception {
    return readAll(log(), 0, 100).stream()
        .filter(it -> it.id().equals(event.id()))
        .findFirst()
        .orElseThrow()
        .position();
  }

  @Test
  default void deliversToEverySubscriptionThatMatches() throws Exception {
    var bus = bus("contract", log());
    var seen = new CopyOnWriteArrayList<String>();
    bus.subscribe(
        "exact",
        List.of(DomainEvents.ASSET_DELETED),
        (event, _) -> seen.add("exact " + event.type()));
    bus.subscribe(
        "below",
        List.of(EventType.matching("asset.*")),
        (event, _) -> seen.add("below " + event.type()));
    bus.subscribe(
        "every", List.of(EventType.matching("*")), (event, _) -> seen.add("every " + event.type()));
    bus.publish(HAPPENED, new Happened("a", 1));
    bus.publish(DomainEvents.ASSET_DELETED, new AssetDeleted("a-1"));
    eventually().until(() -> seen.size() >= 4);
    assertThat(seen)
        .containsExactlyInAnyOrder(
            "exact asset.deleted",
            "below asset.deleted",
            "every asset.deleted",
            "every contract.happened");
    for (var name : List.of("exact", "below", "every")) {
      eventually().until(() -> status(log(), name).lag() == 0);
    }
  }

  @Test
  default void startsAtTheLatestOrTheEarliestEvent() throws Exception {
    var bus = bus("contract", log());
    bus.publish(HAPPENED, new Happened("a", 1));
    eventually().until(() -> readAll(log(), 0, 10).size() == 1);
    var latest = new CopyOnWriteArrayList<Integer>();
    var earliest = new CopyOnWriteArrayList<Integer>();
    bus.subscribe("latest", List.of(HAPPENED), (event, _) -> latest.add(event.payload().number()));
    bus.subscribe(
        "earliest",
        List.of(HAPPENED),
        QUICK.fromEarliest(),
        (event, _) -> earliest.add(event.payload().number()));
    bus.publish(HAPPENED, new Happened("a", 2));
    eventually().until(() -> earliest.size() == 2 && latest.size() == 1);
    assertThat(earliest).containsExactly(1, 2);
    assertThat(latest).containsExactly(2);
  }

  @Test
  default void handlesAnEventInItsContext() throws Exception {
    var publisher = bus("publisher", log());
    var subscriber = bus("subscriber", log());
    var contexts = new LinkedBlockingQueue<Correlation>();
    var threads = new LinkedBlockingQueue<Thread>();
    subscriber.subscribe(
        "context",
        List.of(HAPPENED),
        (_, _) -> {
          threads.add(Thread.currentThread());
          contexts.add(Correlation.current().orElseThrow());
        });
    var outside =
        Correlation.of("outside-1")
            .withCausationId("hop-1")
            .withIdentity(Identity.of("ann", "org-1"));
    var event = outside.call(() -> publisher.publish(HAPPENED, new Happened("a", 1)));
    assertThat(event.correlationId()).isEqualTo("outside-1");
    assertThat(event.causationId()).isEqualTo("hop-1");
    assertThat(event.metadata())
        .containsEntry("createdBy", "ann")
        .containsEntry("organizationId", "org-1");
    var context = contexts.poll(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(context).isNotNull();
    assertThat(context.correlationId()).isEqualTo("outside-1");
    assertThat(context.causationId()).isEqualTo(event.id());
    assertThat(context.callingService()).isEqualTo("publisher");
    assertThat(context.identity()).isEqualTo(Identity.of("ann", "org-1"));
    assertThat(threads.take().isVirtual()).isTrue();
  }

  @Test
  default void namesTheEventAsTheCauseOfWhatItsHandlerPublishes() throws Exception {
    var bus = bus("contract", log());
    var answers = new LinkedBlockingQueue<Event<AssetDeleted>>();
    bus.subscribe(
        "first",
        List.of(HAPPENED),
        (event, _) ->
            bus.publish(DomainEvents.ASSET_DELETED, new AssetDeleted(event.payload().thingId())));
    bus.subscribe("second", List.of(DomainEvents.ASSET_DELETED), (event, _) -> answers.add(event));
    var event = bus.publish(HAPPENED, new Happened("a", 1));
    var answer = answers.poll(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    assertThat(answer.causationId()).isEqualTo(event.id());
    assertThat(answer.correlationId()).isEqualTo(event.correlationId());
  }

  @Test
  default void keepsMembersThePayloadTypeDoesNotKnow() throws Exception {
    var bus = bus("contract", log());
    var events = new LinkedBlockingQueue<Event<Happened>>();
    bus.subscribe("typed", List.of(HAPPENED), (event, _) -> events.add(event));
    bus.publish(
        EventType.of("contract.happened", Map.class),
        Map.of("thingId", "a", "number", 7, "extra", "kept"));
    var event = events.poll(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    assertThat(event.payload()).isEqualTo(new Happened("a", 7));
    assertThat(event.json()).contains("extra").contains("kept");
  }

  @Test
  default void goesOnAfterARestartWhereItWas() throws Exception {
    var before = new CopyOnWriteArrayList<Integer>();
    var first = bus("contract", log());
    first.subscribe(
        "durable", List.of(HAPPENED), (event, _) -> before.add(event.payload().number()));
    first.publish(HAPPENED, new Happened("a", 1));
    eventually().until(() -> before.size() == 1);
    first.close();

    var another = anotherLog();
    var second = bus("contract", another);
    second.publish(HAPPENED, new Happened("a", 2)); // while nobody subscribes
    var after = new CopyOnWriteArrayList<Integer>();
    second.subscribe(
        "durable", List.of(HAPPENED), (event, _) -> after.add(event.payload().number()));
    second.publish(HAPPENED, new Happened("a", 3));
    eventually().until(() -> after.size() >= 2);
    assertThat(before).containsExactly(1);
    assertThat(after).containsExactly(2, 3);
  }

  @Test
  default void storesAnEventOnceHoweverOftenItIsPublished() throws Exception {
    var bus = bus("contract", log());
    var event = NewEvent.of(HAPPENED, new Happened("a", 1)).withId("once");
    var first = bus.publish(event);
    var second = bus.publish(event);
    assertThat(second).isEqualTo(first);
    assertThatThrownBy(() -> bus.publish(event.withKey("other key")))
        .isInstanceOf(EventConflictException.class);
    eventually().until(() -> !readAll(log(), 0, 10).isEmpty());
    assertThat(readAll(log(), 0, 10)).hasSize(1);
  }

  @Test
  default void storesNothingThatCannotBePublished() throws Exception {
    var bus = bus("contract", log());
    var type = EventType.of("contract.map", Map.class);
    var refused =
        List.of(
            NewEvent.of(type, Map.of("large", "x".repeat(256 * 1024))),
            NewEvent.of(type, Map.of("nul", "a\0b")),
            NewEvent.of(type, Map.of()).withId("bad id\r\n"),
            NewEvent.of(type, Map.of()).withMetadata(Map.of("large", "x".repeat(20_000))),
            NewEvent.of(EventType.matching("contract.*"), Map.of()),
            NewEvent.of(EventType.of("contract.list", List.class), List.of(1)));
    for (var event : refused) {
      assertThatThrownBy(() -> bus.publish(event)).isInstanceOf(InvalidEventException.class);
    }
    assertThat(log().head()).isEqualTo(Checkpoint.BEGINNING);
  }
}
