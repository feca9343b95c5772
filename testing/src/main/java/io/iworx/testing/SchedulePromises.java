package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.ScheduledEvent;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Events that enter the log at a time to come: not before, once, and not when taken back. */
interface SchedulePromises extends LogUnderTest {
  Duration SOON = Duration.ofMillis(300);
  Duration LATE = Duration.ofHours(1);

  private static Instant in(Duration time) {
    return Clock.systemUTC().instant().plus(time);
  }

  private static NewEvent<Happened> event(String id, int number) {
    return NewEvent.of(HAPPENED, new Happened("t", number)).withId(id);
  }

  private EventBus scheduler() throws Exception {
    var offered = log().features().contains(EventLog.Feature.SCHEDULE);
    Assumptions.assumeTrue(offered, "not offered: SCHEDULE");
    return bus("scheduler", log());
  }

  private List<LogEntry> entries() throws Exception {
    return readAll(log(), 0, 1_000);
  }

  private void assertEventuallyInTheLog(String... ids) {
    eventually()
        .untilAsserted(
            () -> assertThat(entries()).extracting(LogEntry::id).containsExactlyInAnyOrder(ids));
  }

  @Test
  default void entersTheLogWhenItsTimeHasComeAndNotBefore() throws Exception {
    var bus = scheduler();
    var at = in(SOON);
    var scheduled = bus.schedule(event("soon", 1), at);
    assertThat(scheduled.id()).isEqualTo("soon");
    assertThat(scheduled.refused()).isNull();
    assertEventuallyInTheLog("soon");
    assertThat(entries().getFirst().timestamp()).isAfterOrEqualTo(scheduled.at());
    assertThat(entries().getFirst().key()).isEqualTo("t");
    assertThat(bus.scheduled(10)).isEmpty();
  }

  @Test
  default void entersAtOnceWhenItsTimeIsPast() throws Exception {
    scheduler().schedule(event("overdue", 1), Instant.EPOCH);
    assertEventuallyInTheLog("overdue");
  }

  @Test
  default void isDeliveredOnceItIsInTheLog() throws Exception {
    var bus = scheduler();
    var handled = new java.util.concurrent.CopyOnWriteArrayList<String>();
    bus.subscribe("reader", List.of(HAPPENED), (event, _) -> handled.add(event.id()));
    bus.schedule(event("soon", 1), in(SOON));
    eventually().untilAsserted(() -> assertThat(handled).containsExactly("soon"));
  }

  @Test
  default void listsWhatIsToComeTheNextFirst() throws Exception {
    var bus = scheduler();
    bus.schedule(event("b", 2), in(LATE.multipliedBy(2)));
    bus.schedule(event("a", 1), in(LATE));
    bus.schedule(event("c", 3), in(LATE.multipliedBy(3)));
    assertThat(bus.scheduled(2)).extracting(ScheduledEvent::id).containsExactly("a", "b");
    assertThat(bus.scheduled(2).getFirst().type()).isEqualTo(HAPPENED.name());
    assertThat(entries()).isEmpty();
  }

  @Test
  default void whatIsTakenBackNeverEnters() throws Exception {
    var bus = scheduler();
    var at = in(SOON);
    bus.schedule(event("cancelled", 1), at);
    bus.schedule(event("kept", 2), at);
    assertThat(bus.cancel("cancelled")).isTrue();
    assertThat(bus.cancel("cancelled")).isFalse();
    assertEventuallyInTheLog("kept");
    assertThat(bus.cancel("kept")).isFalse();
  }

  @Test
  default void theSameIdIsScheduledOnce() throws Exception {
    var bus = scheduler();
    var first = bus.schedule(event("one", 1), in(LATE));
    assertThat(bus.schedule(event("one", 1), in(SOON)).at()).isEqualTo(first.at());
    assertThat(bus.scheduled(10)).hasSize(1);
    assertThatThrownBy(() -> bus.schedule(event("one", 2), in(LATE)))
        .isInstanceOf(EventConflictException.class)
        .hasMessageContaining("one");
  }

  @Test
  default void whatIsInTheLogIsNotScheduledAgain() throws Exception {
    var bus = scheduler();
    bus.publish(event("there", 1));
    bus.schedule(event("there", 1), in(LATE));
    assertThat(bus.scheduled(10)).isEmpty();
    assertThatThrownBy(() -> bus.schedule(event("there", 2), in(LATE)))
        .isInstanceOf(EventConflictException.class)
        .hasMessageContaining("there");
  }

  @Test
  default void entersOnceThoughItIsPublishedMeanwhile() throws Exception {
    var bus = scheduler();
    bus.schedule(event("same", 1), in(SOON));
    bus.publish(event("same", 1));
    eventually().until(() -> bus.scheduled(10).isEmpty());
    assertEventuallyInTheLog("same");
  }

  @Test
  default void keepsAndTellsWhatCannotEnterBecauseItsIdIsTaken() throws Exception {
    var bus = scheduler();
    bus.schedule(event("taken", 1), in(SOON));
    bus.publish(event("taken", 2));
    eventually().until(() -> bus.scheduled(10).getFirst().refused() != null);
    assertThat(entries()).extracting(LogEntry::payload).hasSize(1);
    assertThat(bus.cancel("taken")).isTrue();
  }

  @Test
  default void entersThoughItsSchedulerIsGone() throws Exception {
    var bus = scheduler();
    bus.schedule(event("orphan", 1), in(SOON));
    var another = anotherLog();
    log().close();
    eventually().until(() -> readAll(another, 0, 10).size() == 1);
  }

  @Test
  default void entersOnceThoughManyLookForIt() throws Exception {
    var bus = scheduler();
    var others = List.of(anotherLog(), anotherLog());
    var at = in(SOON);
    var ids = IntStream.range(0, 250).mapToObj(i -> "e" + i).toArray(String[]::new);
    for (var i = 0; i < ids.length; i++) {
      bus.schedule(event(ids[i], i), at);
    }
    assertEventuallyInTheLog(ids);
    assertThat(bus.scheduled(10)).isEmpty();
    assertThat(readAll(others.getLast(), 0, 1_000)).hasSize(ids.length);
  }

  @Test
  default void isScheduledInTheCallersTransactionOrNotAtAll() throws Exception {
    var bus = scheduler();
    try (Connection connection = transaction()) {
      bus.schedule(connection, event("undone", 1), in(SOON));
      connection.rollback();
      bus.schedule(connection, event("done", 2), in(SOON));
      connection.commit();
    }
    assertEventuallyInTheLog("done");
    assertThat(bus.scheduled(10)).isEmpty();
  }
}
