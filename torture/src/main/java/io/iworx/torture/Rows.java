package io.iworx.torture;

import io.iworx.eventbus.NewEvent;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The rows that workers write beside the event bus.
 *
 * @param unflushed whether what is inserted directly is acknowledged before it is on disk
 */
record Rows(boolean unflushed) {
  /** Without unique keys: what happens twice is to be seen twice. */
  static final String EFFECTS =
      """
      CREATE TABLE torture_effects (
        n bigint GENERATED ALWAYS AS IDENTITY,
        subscription text NOT NULL,
        event_id text NOT NULL,
        instance text NOT NULL);
      """;

  static final String SCHEMA =
      EFFECTS
          + """
      CREATE TABLE torture_rows (event_id text NOT NULL);
      CREATE TABLE torture_repaired (event_id text PRIMARY KEY);
      CREATE TABLE torture_bystanders (n integer);
      CREATE TABLE torture_naive AS SELECT 0::bigint AS last;
      """;

  private static final String REPAIRED = "SELECT FROM torture_repaired WHERE event_id = ?";

  private static final String EFFECT =
      "INSERT INTO torture_effects (subscription, event_id, instance) VALUES (?, ?, ?)";

  private static final String OLD_COLUMNS =
      """
      INSERT INTO domain_events (event_id, event_type, service_name, payload, metadata, published_at)
      VALUES (?, ?, 'torture-old-service', jsonb_build_object('mood', ?::text, 'text', ?::text), '{}', now())
      """;

  void insertBusinessRow(Connection connection, String id) throws SQLException {
    try (var insert = connection.prepareStatement("INSERT INTO torture_rows VALUES (?)")) {
      insert.setString(1, id);
      insert.executeUpdate();
    }
  }

  void insertEffect(Connection connection, String subscription, String id, String instance)
      throws SQLException {
    try (var insert = connection.prepareStatement(EFFECT)) {
      insert.setString(1, subscription);
      insert.setString(2, id);
      insert.setString(3, instance);
      insert.executeUpdate();
    }
  }

  /** From now on handlers manage this poisonous event. */
  void insertRepaired(Connection connection, String id) throws SQLException {
    try (var insert =
        connection.prepareStatement(
            "INSERT INTO torture_repaired VALUES (?) ON CONFLICT DO NOTHING")) {
      insert.setString(1, id);
      insert.executeUpdate();
    }
  }

  boolean isRepaired(Connection connection, String id) throws SQLException {
    try (var query = connection.prepareStatement(REPAIRED)) {
      query.setString(1, id);
      try (var row = query.executeQuery()) {
        return row.next();
      }
    }
  }

  void insertOldColumns(Connection connection, NewEvent<Step> event) throws SQLException {
    if (unflushed) {
      try (var setting = connection.createStatement()) {
        setting.execute("SET synchronous_commit = off");
      }
    }
    try (var insert = connection.prepareStatement(OLD_COLUMNS)) {
      insert.setString(1, event.id());
      insert.setString(2, event.type().name());
      insert.setString(3, event.payload().mood().name());
      insert.setString(4, event.payload().text());
      insert.executeUpdate();
    }
  }
}
