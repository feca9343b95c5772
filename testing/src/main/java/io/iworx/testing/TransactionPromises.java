package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.definition;
import static io.iworx.testing.LogUnderTest.draft;
import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.readAll;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.EventType;
import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Start;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Events and rows, checkpoints and effects: together or not at all. */
interface TransactionPromises extends LogUnderTest {

  @Test
  default void deliversWhatCommitsWithTheCallersRows() throws Exception {
    try (var connection = effects()) {
      var bus = bus("contract", log());
      var seen = new CopyOnWriteArrayList<Integer>();
      bus.subscribe(
          "committed", List.of(HAPPENED), (event, _) -> seen.add(event.payload().number()));
      bus.publish(connection, HAPPENED, new Happened("a", 1));
      addEffect(connection, "a");
      connection.commit();
      eventually().until(() -> seen.size() == 1);
      assertThat(effectsOf(connection)).containsExactly("a");
    }
  }

  @Test
  default void neverDeliversWhatIsRolledBack() throws Exception {
    try (var connection = effects()) {
      var bus = bus("contract", log());
      var seen = new CopyOnWriteArrayList<Integer>();
      bus.subscribe(
          "rolled-back", List.of(HAPPENED), (event, _) -> seen.add(event.payload().number()));
      bus.publish(connection, HAPPENED, new Happened("a", 1));
      connection.rollback();
      bus.publish(HAPPENED, new Happened("a", 2));
      eventually().until(() -> seen.size() == 1);
      eventually().until(() -> status(log(), "rolled-back").lag() == 0);
      assertThat(seen).containsExactly(2);
    }
  }

  @Test
  default void refusesAConnectionInAutocommitMode() throws Exception {
    try (var connection = effects()) {
      connection.setAutoCommit(true);
      var bus = bus("contract", log());
      assertThatThrownBy(() -> bus.publish(connection, HAPPENED, new Happened("a", 1)))
          .isInstanceOf(IllegalStateException.class);
      assertThat(readAll(log(), 0, 10)).isEmpty();
    }
  }

  /** A lower position that commits after a higher one is read too. */
  @Test
  default void neverSkipsATransactionThatCommitsLate() throws Exception {
    try (var connection = effects()) {
      var bus = bus("contract", log());
      var seen = new CopyOnWriteArrayList<Integer>();
      bus.subscribe("late", List.of(HAPPENED), (event, _) -> seen.add(event.payload().number()));
      bus.publish(connection, HAPPENED, new Happened("late", 1));
      bus.publish(HAPPENED, new Happened("early", 2));
      log()
          .awaitBeyond(
              log().head(), Duration.ofMillis(300)); // gives a wrong reader time to pass it
      assertThat(seen).doesNotContain(1);
      connection.commit();
      eventually().until(() -> seen.size() == 2);
      assertThat(seen).containsExactlyInAnyOrder(1, 2);
      var positions = readAll(log(), 0, 1).stream().map(LogEntry::position).toList();
      assertThat(positions).hasSize(2).isSorted();
    }
  }

  @Test
  default void commitsEffectAndCheckpointTogetherOrNeither() throws Exception {
    try (var connection = effects()) {
      var entries = log().append(List.of(draft("e1", "a", "{}"), draft("e2", "a", "{}")));
      var claim = claim("tx", "one").orElseThrow();
      var store = log().subscriptions();
      var first = Checkpoint.at(entries.getFirst().position());
      assertThatThrownBy(
              () ->
                  store.handleIn(
                      Advance.to(claim, first),
                      it -> {
                        addEffect(it, "e1");
                        throw new SQLException("no");
                      }))
          .isInstanceOf(SQLException.class)
          .hasMessage("no");
      assertThat(effectsOf(connection)).isEmpty();
      assertThat(status(log(), "tx").checkpoint()).isEqualTo(claim.checkpoint().position());
      store.handleIn(Advance.to(claim, first), it -> addEffect(it, "e1"));
      assertThat(effectsOf(connection)).containsExactly("e1");
      assertThat(status(log(), "tx").checkpoint()).isEqualTo(entries.getFirst().position());
    }
  }

  @Test
  default void commitsNoEffectOfAStaleInstance() throws Exception {
    try (var connection = effects()) {
      var entry = log().append(List.of(draft("e1", "a", "{}"))).getFirst();
      var stale = claim("tx", "one").orElseThrow();
      var fresh = eventually().until(() -> claim("tx", "two"), Optional::isPresent).orElseThrow();
      var store = log().subscriptions();
      assertThatThrownBy(
              () ->
                  store.handleIn(
                      Advance.to(stale, Checkpoint.at(entry.position())),
                      it -> addEffect(it, "stale")))
          .isInstanceOf(ClaimLostException.class);
      assertThat(effectsOf(connection)).isEmpty();
      store.handleIn(
          Advance.to(fresh, Checkpoint.at(entry.position())), it -> addEffect(it, "fresh"));
      assertThat(effectsOf(connection)).containsExactly("fresh");
    }
  }

  @Test
  default void hasEachEffectOnceThoughHandlersFailAndCommitAnswersAreLost() throws Exception {
    try (var connection = effects()) {
      var flakyLog = new CutOffLog(log());
      var bus = bus("contract", flakyLog);
      var calls = new ConcurrentHashMap<Integer, Integer>();
      bus.subscribeTransactional(
          "effects",
          List.of(HAPPENED),
          (event, it) -> {
            var number = event.payload().number();
            addEffect(it, "e" + number);
            var call = calls.merge(number, 1, Integer::sum);
            flakyLog.loseCommitAnswers(number % 5 == 0 && call == 2);
            if (number % 3 == 0 && call < 3) {
              throw new IllegalStateException("planted");
            }
          });
      var expected = new ArrayList<String>();
      for (int i = 0; i < 20; i++) {
        bus.publish(HAPPENED, new Happened("thing-" + i % 3, i));
        expected.add("e" + i);
      }
      eventually().until(() -> status(log(), "effects").lag() == 0);
      assertThat(calls.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(20);
      assertThat(effectsOf(connection)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(status(log(), "effects").deadLetters()).isZero();
    }
  }

  @Test
  default void hasEachEffectOnceThoughAnInstanceCrashes() throws Exception {
    try (var connection = effects()) {
      var doomedLog = new CutOffLog(log());
      var doomed = bus("contract", doomedLog);
      var publisher = bus("contract", anotherLog());
      var dead = new CountDownLatch(1);
      doomed.subscribeTransactional(
          "effects",
          List.of(HAPPENED),
          (event, it) -> {
            addEffect(it, "e" + event.payload().number());
            if (event.payload().number() == 3) {
              doomedLog.cutOff(); // dies before the commit
              dead.countDown();
            }
          });
      for (int i = 0; i < 6; i++) {
        publisher.publish(HAPPENED, new Happened("a", i));
      }
      dead.await();
      assertThat(effectsOf(connection)).isSubsetOf("e0", "e1", "e2");
      publisher.subscribeTransactional(
          "effects",
          List.of(HAPPENED),
          (event, it) -> addEffect(it, "e" + event.payload().number()));
      eventually().until(() -> status(log(), "effects").lag() == 0);
      assertThat(effectsOf(connection)).containsExactly("e0", "e1", "e2", "e3", "e4", "e5");
    }
  }

  @Test
  default void holdsUpAKeyInTheTransactionsAfterTheOneThatFailed() throws Exception {
    try (var connection = effects()) {
      var bus = bus("contract", log());
      var failures = new AtomicInteger();
      bus.publish(EventType.of("contract.else", Happened.class), new Happened("a", 0));
      for (int i = 1; i <= 5; i++) {
        bus.publish(HAPPENED, new Happened("a", i));
      }
      bus.subscribeTransactional(
          "effects",
          List.of(HAPPENED),
          QUICK.fromEarliest().withBatchSize(3), // all five are in hand when the first fails
          (event, it) -> {
            addEffect(it, "e" + event.payload().number());
            if (event.payload().number() == 1 && failures.incrementAndGet() < 3) {
              throw new IllegalStateException("planted");
            }
          });
      eventually().until(() -> status(log(), "effects").lag() == 0);
      assertThat(effectsOf(connection)).containsExactly("e1", "e2", "e3", "e4", "e5");
    }
  }

  @Test
  default void repeatsNothingBehindAnEventThatShowedLateAndFails() throws Exception {
    try (var connection = effects();
        var slow = transaction()) {
      var bus = bus("contract", log());
      var failures = new AtomicInteger();
      var followed = new CountDownLatch(1);
      bus.subscribeTransactional(
          "effects",
          List.of(HAPPENED),
          (event, it) -> {
            addEffect(it, "e" + event.payload().number());
            if (event.payload().number() == 1 && failures.incrementAndGet() < 3) {
              followed.await();
              throw new IllegalStateException("planted");
            }
          });
      bus.publish(slow, HAPPENED, new Happened("a", 1));
      bus.publish(HAPPENED, new Happened("a", 2));
      eventually().until(() -> effectsOf(connection).size() == 1);
      slow.commit();
      eventually().until(() -> failures.get() == 1);
      bus.publish(HAPPENED, new Happened("a", 3));
      followed.countDown();
      eventually().until(() -> status(log(), "effects").lag() == 0);
      assertThat(effectsOf(connection)).containsExactly("e2", "e1", "e3");
    }
  }

  @Test
  default void setsAsideWhatATransactionalHandlerNeverManagesWithoutItsEffect() throws Exception {
    try (var connection = effects()) {
      var bus = bus("contract", log());
      bus.subscribeTransactional(
          "poisoned",
          List.of(HAPPENED),
          (event, it) -> {
            addEffect(it, "e" + event.payload().number());
            if (event.payload().number() == 1) {
              throw new IllegalStateException("never");
            }
          });
      for (int i = 0; i < 3; i++) {
        bus.publish(HAPPENED, new Happened("a", i));
      }
      eventually().until(() -> status(log(), "poisoned").lag() == 0);
      assertThat(effectsOf(connection)).containsExactly("e0", "e2");
      var letters = log().subscriptions().admin().deadLetters("poisoned", 10);
      assertThat(letters).hasSize(1);
      assertThat(letters.getFirst().attempts()).isEqualTo(3);
    }
  }

  @Test
  default void publishesWithTheTransactionOfAHandler() throws Exception {
    try (var _ = effects()) {
      var bus = bus("contract", log());
      var answer = EventType.of("contract.answered", Happened.class);
      var answers = new CopyOnWriteArrayList<Integer>();
      var failures = new AtomicInteger();
      bus.subscribe(
          "answers", List.of(answer), (event, _) -> answers.add(event.payload().number()));
      bus.subscribeTransactional(
          "asks",
          List.of(HAPPENED),
          (event, it) -> {
            bus.publish(it, answer, new Happened("answer", failures.get()));
            if (failures.getAndIncrement() == 0) {
              throw new IllegalStateException("once");
            }
          });
      bus.publish(HAPPENED, new Happened("a", 1));
      eventually().until(() -> answers.size() == 1);
      eventually().until(() -> status(log(), "answers").lag() == 0);
      assertThat(answers).containsExactly(1);
    }
  }

  private Optional<Claim> claim(String name, String instance) throws Exception {
    var definition = definition(name, Start.EARLIEST);
    log().subscriptions().define(definition);
    return log().subscriptions().claim(definition, instance, LEASE, 1).stream().findFirst();
  }

  /** A transaction, and an empty table for effects. */
  private Connection effects() throws Exception {
    var connection = transaction();
    try (var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS contract_effects (number serial PRIMARY KEY, effect text NOT NULL)");
      statement.execute("DELETE FROM contract_effects");
    }
    connection.commit();
    return connection;
  }

  private static void addEffect(Connection connection, String effect) throws SQLException {
    try (var statement =
        connection.prepareStatement("INSERT INTO contract_effects (effect) VALUES (?)")) {
      statement.setString(1, effect);
      statement.executeUpdate();
    }
  }

  private static List<String> effectsOf(Connection connection) throws SQLException {
    var effects = new ArrayList<String>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT effect FROM contract_effects ORDER BY number")) {
      while (rows.next()) {
        effects.add(rows.getString(1));
      }
    }
    connection.commit();
    return effects;
  }
}
