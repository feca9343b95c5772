package io.iworx.testing;

import static io.iworx.testing.LogUnderTest.eventually;
import static io.iworx.testing.LogUnderTest.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.Delivery;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A handler with a database of its own: what it does there, it does once. */
interface InboxPromises extends LogUnderTest {

  @Test
  default void doesItOnceThoughTheHandlerFailsAfterItsCommit() throws Exception {
    try (var own = effectsOfItsOwn()) {
      var ran = new CopyOnWriteArrayList<Boolean>();
      subscribe(
          "own",
          (delivery, connection) -> {
            ran.add(delivery.once(connection, it -> addEffect(it, "e1")));
            connection.commit();
            if (delivery.attempt() == 1) {
              throw new IllegalStateException("planted: the log does not hear of the commit");
            }
          });
      publish();
      eventually().until(() -> ran.size() == 2 && status(log(), "own").lag() == 0);
      assertThat(ran).containsExactly(true, false);
      assertThat(effectsOf(own)).containsExactly("e1");
    }
  }

  @Test
  default void doesItAgainWhenItWasRolledBack() throws Exception {
    try (var own = effectsOfItsOwn()) {
      var ran = new CopyOnWriteArrayList<Boolean>();
      subscribe(
          "own",
          (delivery, connection) -> {
            ran.add(delivery.once(connection, it -> addEffect(it, "e1")));
            if (delivery.attempt() == 1) {
              connection.rollback();
              throw new IllegalStateException("planted: between effect and commit");
            }
            connection.commit();
          });
      publish();
      eventually().until(() -> ran.size() == 2 && status(log(), "own").lag() == 0);
      assertThat(ran).containsExactly(true, true);
      assertThat(effectsOf(own)).containsExactly("e1");
    }
  }

  @Test
  default void leavesNothingToCommitOfWorkThatThrows() throws Exception {
    try (var own = effectsOfItsOwn()) {
      var failed = new AtomicBoolean();
      subscribe(
          "own",
          (delivery, connection) -> {
            try {
              delivery.once(
                  connection,
                  it -> {
                    addEffect(it, "attempt " + delivery.attempt());
                    if (failed.compareAndSet(false, true)) {
                      throw new IllegalStateException("planted");
                    }
                  });
            } finally {
              connection.commit(); // as a careless handler would
            }
          });
      publish();
      eventually().until(() -> failed.get() && status(log(), "own").lag() == 0);
      assertThat(effectsOf(own)).containsExactly("attempt 2");
    }
  }

  @Test
  default void letsASecondDeliveryWaitForTheFirst() throws Exception {
    try (var own = effectsOfItsOwn();
        var first = ownDatabase();
        var second = ownDatabase();
        var third = ownDatabase();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var delivery = aDelivery();
      assertThat(delivery.once(first, it -> addEffect(it, "first"))).isTrue();
      var waiting = threads.submit(() -> delivery.once(second, it -> addEffect(it, "second")));
      assertThatThrownBy(() -> waiting.get(300, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      first.rollback();
      assertThat(waiting.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      second.commit();
      assertThat(delivery.once(third, it -> addEffect(it, "third"))).isFalse();
      third.commit();
      assertThat(effectsOf(own)).containsExactly("second");
    }
  }

  @Test
  default void doesItOnceForEachSubscription() throws Exception {
    try (var own = effectsOfItsOwn()) {
      for (var name : List.of("one", "two")) {
        subscribe(
            name,
            (delivery, connection) -> {
              delivery.once(connection, it -> addEffect(it, delivery.subscription()));
              connection.commit();
            });
      }
      publish();
      eventually().until(() -> status(log(), "one").lag() == 0 && status(log(), "two").lag() == 0);
      assertThat(effectsOf(own)).containsExactlyInAnyOrder("one", "two");
    }
  }

  @Test
  default void refusesToDoItOnceInAutocommitMode() throws Exception {
    try (var own = effectsOfItsOwn()) {
      own.setAutoCommit(true);
      var delivery = aDelivery();
      assertThatThrownBy(() -> delivery.once(own, it -> addEffect(it, "e1")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("autocommit");
      own.setAutoCommit(false);
      assertThat(effectsOf(own)).isEmpty();
    }
  }

  /** What a handler does with a delivery and a connection to its own database. */
  @FunctionalInterface
  interface OwnHandler {
    void handle(Delivery delivery, Connection connection) throws Exception;
  }

  private void subscribe(String name, OwnHandler handler) throws Exception {
    var bus = bus("contract", anotherLog());
    bus.subscribe(
        name,
        List.of(HAPPENED),
        (_, delivery) -> {
          try (var connection = ownDatabase()) {
            handler.handle(delivery, connection);
          }
        });
  }

  private void publish() throws Exception {
    bus("contract", log()).publish(HAPPENED, new Happened("a", 1));
  }

  private Delivery aDelivery() throws Exception {
    var deliveries = new CompletableFuture<Delivery>();
    var bus = bus("contract", log());
    bus.subscribe("own", List.of(HAPPENED), (_, delivery) -> deliveries.complete(delivery));
    bus.publish(HAPPENED, new Happened("a", 1));
    return deliveries.get(LONG.toSeconds(), TimeUnit.SECONDS);
  }

  private Connection effectsOfItsOwn() throws Exception {
    var connection = ownDatabase();
    try (var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS own_effects (number serial PRIMARY KEY, effect text NOT NULL)");
    }
    connection.commit();
    return connection;
  }

  private static void addEffect(Connection connection, String effect) throws SQLException {
    try (var statement =
        connection.prepareStatement("INSERT INTO own_effects (effect) VALUES (?)")) {
      statement.setString(1, effect);
      statement.executeUpdate();
    }
  }

  private static List<String> effectsOf(Connection connection) throws SQLException {
    var effects = new ArrayList<String>();
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT effect FROM own_effects ORDER BY number")) {
      while (rows.next()) {
        effects.add(rows.getString(1));
      }
    }
    connection.commit();
    return effects;
  }
}
