package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.definition;
import static io.iworx.testing.LogUnderTest.draft;
import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.SubscriptionDefinition.Start;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One instance at a time may deliver, and only forwards. */
interface SubscriptionStorePromises extends LogUnderTest {

  @Test
  default void beginsANewSubscriptionAfterTheLatestEvent() throws Exception {
    var last = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}"))).getLast();
    var claim = claim(log(), "late", "one", Start.LATEST).orElseThrow();
    assertThat(claim.checkpoint()).isEqualTo(last.position());
  }

  @Test
  default void beginsANewSubscriptionBeforeTheEarliestEvent() throws Exception {
    var first = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}"))).getFirst();
    var claim = claim(log(), "early", "one", Start.EARLIEST).orElseThrow();
    assertThat(claim.checkpoint()).isLessThan(first.position());
  }

  @Test
  default void keepsTheCheckpointOfASubscriptionThatExists() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var first = claim(log(), "kept", "one", Start.EARLIEST).orElseThrow();
    log().subscriptions().advance(first, entries.getFirst().position());
    log().subscriptions().release(first);
    var again = claim(anotherLog(), "kept", "two", Start.LATEST).orElseThrow();
    assertThat(again.checkpoint()).isEqualTo(entries.getFirst().position());
  }

  @Test
  default void givesAClaimToOneInstanceAtATime() throws Exception {
    var held = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    assertThat(held.instance()).isEqualTo("one");
    assertThat(claim(anotherLog(), "s", "two", Start.LATEST)).isEmpty();
    assertThat(claim(log(), "another", "two", Start.LATEST)).isPresent();
    assertThat(status(log(), "s").instance()).isEqualTo("one");
  }

  @Test
  default void givesAReleasedClaimToAnotherInstanceAtOnce() throws Exception {
    var first = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    log().subscriptions().release(first);
    assertThat(status(log(), "s").instance()).isNull();
    var second = claim(anotherLog(), "s", "two", Start.LATEST).orElseThrow();
    assertThat(second.fence()).isGreaterThan(first.fence());
    assertThatCode(() -> log().subscriptions().release(first)).doesNotThrowAnyException();
    assertThat(claim(log(), "s", "one", Start.LATEST)).isEmpty();
  }

  @Test
  default void letsAnotherInstanceTakeOverAfterTheLeaseAndRefusesTheStaleOne() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var stale = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    var fresh = takeOver(anotherLog(), "s", "two");
    assertThat(fresh.fence()).isGreaterThan(stale.fence());
    var store = log().subscriptions();
    assertThatThrownBy(() -> store.advance(stale, entries.getLast().position()))
        .isInstanceOf(ClaimLostException.class);
    assertThatThrownBy(() -> store.setAside(stale, entries.getFirst(), 1, "stale"))
        .isInstanceOf(ClaimLostException.class);
    assertThat(status(log(), "s").checkpoint()).isEqualTo(stale.checkpoint());
    assertThat(status(log(), "s").deadLetters()).isZero();
    log().subscriptions().advance(fresh, entries.getLast().position());
    assertThat(status(log(), "s").checkpoint()).isEqualTo(entries.getLast().position());
  }

  @Test
  default void refusesTheOlderOfTwoClaimsOfOneInstance() throws Exception {
    var older = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    var newer = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    assertThat(newer.fence()).isGreaterThan(older.fence());
    assertThatThrownBy(() -> log().subscriptions().advance(older, older.checkpoint()))
        .isInstanceOf(ClaimLostException.class);
  }

  @Test
  default void prolongsAClaimWithEachAdvance() throws Exception {
    var claim = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    var another = anotherLog();
    var end = System.nanoTime() + LEASE.multipliedBy(2).toNanos();
    while (System.nanoTime() < end) {
      log().subscriptions().advance(claim, claim.checkpoint());
      assertThat(claim(another, "s", "two", Start.LATEST)).isEmpty();
      log().awaitAfter(log().head(), Duration.ofMillis(50));
    }
  }

  @Test
  default void neverMovesACheckpointBack() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var claim = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    log().subscriptions().advance(claim, entries.getLast().position());
    log().subscriptions().advance(claim, entries.getFirst().position());
    assertThat(status(log(), "s").checkpoint()).isEqualTo(entries.getLast().position());
  }

  @Test
  default void setsAnEventAsideOnceWithItsReason() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{\"n\":1}"), draft("e2", "a", "{}")));
    var claim = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    log().subscriptions().setAside(claim, entries.getFirst(), 3, "first reason");
    log().subscriptions().setAside(claim, entries.getFirst(), 9, "another reason");
    log().subscriptions().setAside(claim, entries.getLast(), 1, "no good");
    var letters = anotherLog().subscriptions().deadLetters("s", 10);
    assertThat(letters).extracting(it -> it.entry().id()).containsExactly("e2", "e1");
    assertThat(letters).extracting(DeadLetter::attempts).containsExactly(1, 3);
    assertThat(letters).extracting(DeadLetter::reason).containsExactly("no good", "first reason");
    assertThat(letters.getLast().entry()).isEqualTo(entries.getFirst());
    assertThat(log().subscriptions().deadLetters("s", 1)).hasSize(1);
    assertThat(log().subscriptions().deadLetters("unknown", 10)).isEmpty();
    assertThat(status(log(), "s").deadLetters()).isEqualTo(2);
  }

  @Test
  default void tellsHowFarASubscriptionIsBehind() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var claim = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    eventually().until(() -> status(log(), "s").lag() == 2);
    assertThat(status(log(), "s").patterns()).containsExactly("contract.*");
    assertThat(status(log(), "s").service()).isEqualTo("contract");
    log().subscriptions().advance(claim, entries.getLast().position());
    assertThat(status(log(), "s").lag()).isZero();
    assertThat(status(log(), "s").oldestUnread()).isZero();
  }

  private static Optional<Claim> claim(EventLog log, String name, String instance, Start start) {
    return log.subscriptions().claim(definition(name, start), instance, LEASE);
  }

  private static Claim takeOver(EventLog log, String name, String instance) {
    return eventually()
        .until(() -> claim(log, name, instance, Start.LATEST), Optional::isPresent)
        .orElseThrow();
  }
}
