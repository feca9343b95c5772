package io.iworx.torture;

import io.iworx.eventbus.Delivery;
import io.iworx.eventbus.Event;
import io.iworx.eventbus.PermanentFailure;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** What a subscriber does with events, one method an {@link Audience}. Safe for any thread. */
final class Handlers {
  private static final int FLAKY_FAILURES = 2;

  private final String instance;
  private final DataSource ownDatabase;
  private final Orders orders;
  private final Defects defects;
  private final Deliveries deliveries;
  private final Rows rows = new Rows(false);
  private final Map<String, Integer> failures = new ConcurrentHashMap<>();

  Handlers(
      String instance,
      DataSource ownDatabase,
      Orders orders,
      Defects defects,
      Deliveries deliveries) {
    this.instance = instance;
    this.ownDatabase = ownDatabase;
    this.orders = orders;
    this.defects = defects;
    this.deliveries = deliveries;
  }

  Rows rows() {
    return rows;
  }

  void plain(Event<Step> event) throws IOException {
    compare(event);
    defects.perhapsFaint();
    defects.perhapsNever(event.id());
    defects.perhapsLater(() -> deliveries.note(Audience.PLAIN, event.id()));
  }

  private void compare(Event<Step> event) {
    if (!event.payload().text().equals(Keys.textOf(event.id()))) {
      deliveries.noteGarbled(event.id());
    }
  }

  void single(String id, Connection connection) throws SQLException, InterruptedException {
    insertEffect(connection, Audience.SINGLE, id);
    orders.mayHold();
  }

  private void insertEffect(Connection connection, Audience audience, String id)
      throws SQLException {
    try (var stray = defects.strayConnection()) {
      rows.insertEffect(stray == null ? connection : stray, audience.subscription(), id, instance);
    }
  }

  void batch(List<Event<Step>> events, Connection connection)
      throws SQLException, InterruptedException {
    for (var event : events) {
      compare(event);
      if (!defects.skips(event.id())) {
        insertEffect(connection, Audience.BATCH, event.id());
      }
    }
    orders.mayHold();
  }

  void fussy(Event<Step> event, Connection connection) throws Exception {
    rows.insertEffect(connection, Audience.FUSSY.subscription(), event.id(), instance);
    defects.perhapsRefuse(event.id());
    perhapsFail(event, Audience.FUSSY);
  }

  private void perhapsFail(Event<Step> event, Audience audience) throws Exception {
    switch (event.payload().mood()) {
      case FINE -> {}
      case FLAKY -> failAWhile(event, audience);
      case POISON -> throw new PermanentFailure("never, says " + event.id());
    }
  }

  private void failAWhile(Event<Step> event, Audience audience) throws IOException {
    if (failures.merge(audience + event.id(), 1, Integer::sum) <= FLAKY_FAILURES) {
      throw new IOException("not yet, says " + event.id());
    }
  }

  /** Some fail when all is done, as when the bus does not hear that it is. */
  void own(Event<Step> event, Delivery delivery) throws Exception {
    try (var connection = ownDatabase.getConnection()) {
      connection.setAutoCommit(false);
      if (defects.forgetsToAsk()) {
        insertOwnEffect(connection, event.id());
      } else {
        delivery.once(connection, it -> insertOwnEffect(it, event.id()));
      }
      orders.mayHold();
      connection.commit();
    }
    if (event.payload().mood() == Mood.FLAKY) {
      failAWhile(event, Audience.OWN);
    }
  }

  private void insertOwnEffect(Connection connection, String id) throws SQLException {
    rows.insertEffect(connection, Audience.OWN.subscription(), id, instance);
  }

  void waiting(Event<Step> event, Connection connection) throws Exception {
    rows.insertEffect(connection, Audience.WAITING.subscription(), event.id(), instance);
    if (!rows.isRepaired(connection, event.id())) {
      perhapsFail(event, Audience.WAITING);
    }
  }
}
