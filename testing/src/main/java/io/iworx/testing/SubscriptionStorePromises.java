package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.definition;
import static io.iworx.testing.LogUnderTest.draft;
import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Positions;
import io.iworx.eventbus.spi.Standing;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import io.iworx.eventbus.spi.SubscriptionStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One instance at a time may deliver for a partition, and what it says is kept. */
interface SubscriptionStorePromises extends LogUnderTest {

  @Test
  default void beginsANewSubscriptionAfterTheLatestEvent() throws Exception {
    var last = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}"))).getLast();
    var claim = claim(log(), "late", "one", Start.LATEST).orElseThrow();
    assertThat(claim.checkpoint()).isEqualTo(Checkpoint.at(last.position()));
  }

  @Test
  default void beginsANewSubscriptionWhereItWasTold() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var first = entries.getFirst();
    assertThat(claim(log(), "early", "one", Start.EARLIEST).orElseThrow().checkpoint().position())
        .isLessThan(first.position());
    var after = Start.after(first.position());
    assertThat(claim(log(), "after", "one", after).orElseThrow().checkpoint())
        .isEqualTo(Checkpoint.at(first.position()));
    var since = Start.at(Instant.EPOCH);
    assertThat(claim(log(), "since", "one", since).orElseThrow().checkpoint().position())
        .isLessThan(first.position());
    var later = Start.at(entries.getLast().timestamp().plusSeconds(60));
    assertThat(claim(log(), "later", "one", later).orElseThrow().checkpoint().position())
        .isEqualTo(entries.getLast().position());
  }

  @Test
  default void keepsTheCheckpointOfASubscriptionThatExists() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var first = claim(log(), "kept", "one", Start.EARLIEST).orElseThrow();
    var pending =
        new Checkpoint(entries.getLast().position(), Positions.of(entries.getFirst().position()));
    assertThat(log().subscriptions().advance(List.of(Advance.to(first, pending)))).isEmpty();
    log().subscriptions().release(Advance.none(first));
    var again = claim(anotherLog(), "kept", "two", Start.LATEST).orElseThrow();
    assertThat(again.checkpoint()).isEqualTo(pending);
    assertThat(again.afterCrash()).isFalse();
  }

  @Test
  default void givesAPartitionToOneInstanceAtATime() throws Exception {
    var held = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    assertThat(held.instance()).isEqualTo("one");
    assertThat(claim(anotherLog(), "s", "two", Start.LATEST)).isEmpty();
    assertThat(claim(log(), "another", "two", Start.LATEST)).isPresent();
    assertThat(status(log(), "s").instances()).containsExactly("one");
  }

  @Test
  default void givesAReleasedPartitionToAnotherInstanceAtOnce() throws Exception {
    var first = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    log().subscriptions().release(Advance.none(first));
    assertThat(status(log(), "s").instances()).isEmpty();
    var second = claim(anotherLog(), "s", "two", Start.LATEST).orElseThrow();
    assertThat(second.fence()).isGreaterThan(first.fence());
    assertThatCode(() -> log().subscriptions().release(Advance.none(first)))
        .doesNotThrowAnyException();
    assertThat(claim(log(), "s", "one", Start.LATEST)).isEmpty();
  }

  @Test
  default void letsAnotherInstanceTakeOverAfterTheLeaseAndRefusesTheStaleOne() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var stale = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    var fresh = takeOver(anotherLog(), "s", "two");
    assertThat(fresh.fence()).isGreaterThan(stale.fence());
    assertThat(fresh.afterCrash()).isTrue();
    var last = Checkpoint.at(entries.getLast().position());
    var said =
        new Advance(
            stale, last, List.of(), List.of(), List.of(letter(entries.getFirst())), List.of());
    assertThat(log().subscriptions().advance(List.of(said))).containsExactly(stale);
    assertThat(log().subscriptions().advance(List.of(Advance.to(stale, last))))
        .containsExactly(stale);
    assertThat(status(log(), "s").checkpoint()).isEqualTo(stale.checkpoint().position());
    assertThat(status(log(), "s").deadLetters()).isZero();
    assertThat(log().subscriptions().advance(List.of(Advance.to(fresh, last)))).isEmpty();
    assertThat(status(log(), "s").checkpoint()).isEqualTo(last.position());
  }

  @Test
  default void prolongsAClaimWithEachAdvance() throws Exception {
    var claim = claim(log(), "s", "one", Start.LATEST).orElseThrow();
    var another = anotherLog();
    var end = System.nanoTime() + LEASE.multipliedBy(2).toNanos();
    while (System.nanoTime() < end) {
      assertThat(log().subscriptions().advance(List.of(Advance.to(claim, claim.checkpoint()))))
          .isEmpty();
      assertThat(claim(another, "s", "two", Start.LATEST)).isEmpty();
      log().awaitBeyond(log().head(), LEASE.dividedBy(20));
    }
  }

  @Test
  default void dividesThePartitionsAmongTheInstancesThatArePresent() throws Exception {
    var five = five(1);
    log().subscriptions().define(five);
    assertThat(attend("one", five).share()).isEqualTo(5);
    assertThat(attend("two", five).share()).isEqualTo(2);
    assertThat(attend("one", five).share()).isEqualTo(3);
    assertThat(log().subscriptions().claim(five, "one", LEASE, 3)).hasSize(3);
    assertThat(log().subscriptions().claim(five, "two", LEASE, 5))
        .extracting(Claim::partition)
        .containsExactlyInAnyOrder(3, 4);
    log().subscriptions().leave("five", "two");
    assertThat(attend("one", five).share()).isEqualTo(5);
    eventually().until(() -> attend("three", five).share() > 2); // one has not come back
  }

  @Test
  default void standsBackBehindANewerDefinition() throws Exception {
    log().subscriptions().define(five(1));
    assertThat(attend("old", five(1)).share()).isEqualTo(5);
    log().subscriptions().define(five(2));
    assertThat(attend("new", five(2)).share()).isEqualTo(5);
    assertThat(attend("old", five(1))).matches(it -> it.share() == 0 && it.newestDefinition() == 2);
    log().subscriptions().define(five(1)); // a late start of an old release changes nothing
    assertThat(status(log(), "five").definition()).isEqualTo(2);
    var other = new SubscriptionDefinition("five", "contract", 2, List.of("z.*"), Start.LATEST, 5);
    assertThatThrownBy(() -> log().subscriptions().define(other))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("five");
  }

  @Test
  default void keepsWhatIsBlockedUntilItIsFreed() throws Exception {
    var entry = log().append(List.of(draft("e1", "a", "{}"))).getFirst();
    var claim = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    var blocked =
        BlockedKey.event(entry, 2, Instant.EPOCH.plusSeconds(5), "not yet")
            .withBehind(entry.position() + 3);
    var past = Checkpoint.at(entry.position());
    var store = log().subscriptions();
    store.advance(
        List.of(new Advance(claim, past, List.of(blocked), List.of(), List.of(), List.of())));
    assertThat(status(log(), "s"))
        .matches(it -> it.lag() == 1 && it.blockedKeys() == 1)
        .extracting(SubscriptionStatus::blocked)
        .isEqualTo(List.of(blocked));
    assertThat(status(log(), "s").checkpoint()).isLessThan(entry.position());
    store.release(Advance.none(claim));
    var next = claim(anotherLog(), "s", "two", Start.EARLIEST).orElseThrow();
    assertThat(next.blocked()).containsExactly(blocked);
    var freed = new Advance(next, null, List.of(), List.of(blocked.id()), List.of(), List.of());
    assertThat(store.advance(List.of(freed))).isEmpty();
    assertThat(status(log(), "s").lag()).isZero();
    assertThat(store.advance(List.of(freed))).containsExactly(next); // it is not there any more
  }

  @Test
  default void setsAnEventAsideOnceWithItsReason() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{\"n\":1}"), draft("e2", "a", "{}")));
    var claim = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    setAside(claim, new DeadLetter(entries.getFirst(), 3, "first reason", "at", Instant.EPOCH));
    setAside(claim, new DeadLetter(entries.getFirst(), 9, "another", "at", Instant.EPOCH));
    setAside(claim, new DeadLetter(entries.getLast(), 1, "no good", "at", Instant.EPOCH));
    var letters = anotherLog().subscriptions().admin().deadLetters("s", 10);
    assertThat(letters).extracting(it -> it.entry().id()).containsExactly("e2", "e1");
    assertThat(letters).extracting(DeadLetter::attempts).containsExactly(1, 3);
    assertThat(letters).extracting(DeadLetter::reason).containsExactly("no good", "first reason");
    assertThat(letters.getLast().entry()).isEqualTo(entries.getFirst());
    assertThat(log().subscriptions().admin().deadLetters("s", 1)).hasSize(1);
    assertThat(log().subscriptions().admin().deadLetters("unknown", 10)).isEmpty();
    assertThat(status(log(), "s").deadLetters()).isEqualTo(2);
    assertThat(log().subscriptions().hasDeadLetters("s", "a")).isTrue();
    assertThat(log().subscriptions().hasDeadLetters("s", "b")).isFalse();
  }

  @Test
  default void tellsHowFarASubscriptionIsBehind() throws Exception {
    var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
    var claim = claim(log(), "s", "one", Start.EARLIEST).orElseThrow();
    eventually().until(() -> status(log(), "s").lag() == 2);
    assertThat(status(log(), "s").patterns()).containsExactly("contract.*");
    assertThat(status(log(), "s").service()).isEqualTo("contract");
    var last = Checkpoint.at(entries.getLast().position());
    log().subscriptions().advance(List.of(Advance.to(claim, last)));
    assertThat(status(log(), "s").lag()).isZero();
    assertThat(status(log(), "s").oldestUnread()).isZero();
  }

  private static SubscriptionDefinition five(int number) {
    var patterns = number == 1 ? List.of("a.*") : List.of("b.*", "a.*");
    return new SubscriptionDefinition("five", "contract", number, patterns, Start.LATEST, 5);
  }

  private Standing attend(String instance, SubscriptionDefinition definition) throws Exception {
    return log().subscriptions().attend(instance, LEASE, List.of(definition)).getFirst();
  }

  private static DeadLetter letter(LogEntry entry) {
    return new DeadLetter(entry, 1, "stale", "", Instant.EPOCH);
  }

  private void setAside(Claim claim, DeadLetter letter) throws Exception {
    var advance =
        new Advance(claim, claim.checkpoint(), List.of(), List.of(), List.of(letter), List.of());
    assertThat(log().subscriptions().advance(List.of(advance))).isEmpty();
  }

  private static Optional<Claim> claim(EventLog log, String name, String instance, Start start) {
    log.subscriptions().define(definition(name, start));
    return log.subscriptions().claim(definition(name, start), instance, LEASE, 1).stream()
        .findFirst();
  }

  private static Claim takeOver(EventLog log, String name, String instance) {
    return eventually()
        .until(() -> claim(log, name, instance, Start.LATEST), Optional::isPresent)
        .orElseThrow();
  }
}
