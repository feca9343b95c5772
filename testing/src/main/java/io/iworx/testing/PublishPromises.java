package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.Event;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.InvalidEventException;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Publishing on the bus: many at once, and events that expire. */
interface PublishPromises extends LogUnderTest {

  private static NewEvent<Happened> event(String id, int number) {
    return NewEvent.of(HAPPENED, new Happened("t", number)).withId(id);
  }

  private static List<NewEvent<Happened>> events(int count) {
    return IntStream.range(0, count).mapToObj(i -> event("e" + i, i)).toList();
  }

  private List<String> ids() throws Exception {
    return readAll(log(), 0, 1_000).stream().map(LogEntry::id).toList();
  }

  @Test
  default void publishesManyAtOnceInTheOrderGiven() throws Exception {
    var bus = bus("publisher", log());
    var events = events(600);
    var published = bus.publishAll(events);
    var expected = events.stream().map(NewEvent::id).toList();
    assertThat(published).extracting(Event::id).isEqualTo(expected);
    eventually().untilAsserted(() -> assertThat(ids()).isEqualTo(expected));
    assertThat(bus.publishAll(List.of())).isEmpty();
  }

  @Test
  default void publishesAllOfManyOrNone() throws Exception {
    var bus = bus("publisher", log());
    var first = bus.publish(event("taken", 1));
    assertThatThrownBy(() -> bus.publishAll(List.of(event("new", 2), event("taken", 3))))
        .isInstanceOf(EventConflictException.class)
        .hasMessageContaining("taken");
    assertThatThrownBy(
            () -> bus.publishAll(List.of(event("new", 2), event("bad id", 3), event("more", 4))))
        .isInstanceOf(InvalidEventException.class);
    eventually().untilAsserted(() -> assertThat(ids()).containsExactly("taken"));
    var again = bus.publishAll(List.of(event("new", 2), event("taken", 1)));
    assertThat(again.getLast().timestamp()).isEqualTo(first.timestamp());
    eventually().untilAsserted(() -> assertThat(ids()).containsExactly("taken", "new"));
  }

  @Test
  default void refusesMoreThanCanBePublishedAtOnce() throws Exception {
    var bus = bus("publisher", log());
    var many = Collections.nCopies(EventBusOptions.MAX_EVENTS_AT_ONCE + 1, event("e", 1));
    assertThatThrownBy(() -> bus.publishAll(many))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("the limit is " + EventBusOptions.MAX_EVENTS_AT_ONCE);
    assertThat(ids()).isEmpty();
  }

  @Test
  default void publishesManyInTheCallersTransactionOrNone() throws Exception {
    try (Connection connection = transaction()) {
      var bus = bus("publisher", log());
      bus.publishAll(connection, events(3));
      connection.rollback();
      assertThat(ids()).isEmpty();
      bus.publishAll(connection, events(3));
      assertThatThrownBy(
              () -> bus.publishAll(connection, List.of(event("new", 2), event("e1", 99))))
          .isInstanceOf(EventConflictException.class)
          .hasMessageContaining("e1");
      bus.publish(connection, event("last", 4));
      connection.commit();
      eventually().untilAsserted(() -> assertThat(ids()).containsExactly("e0", "e1", "e2", "last"));
    }
  }

  @Test
  default void keepsWhenAnEventExpires() throws Exception {
    var expiry = Instant.parse("2030-01-02T03:04:05.678901234Z");
    var bus = bus("publisher", log());
    var published = bus.publish(event("mortal", 1).withExpiry(expiry));
    bus.publish(event("eternal", 2));
    var stored = expiry.truncatedTo(ChronoUnit.MICROS);
    assertThat(published.expiresAt()).isEqualTo(stored);
    eventually().until(() -> readAll(log(), 0, 10).size() == 2);
    assertThat(readAll(log(), 0, 10))
        .extracting(LogEntry::expiresAt)
        .containsExactlyInAnyOrder(stored, null);
  }
}
