package io.iworx.torture;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is left of sagas.
 *
 * @param sagas those in the store, by name
 * @param effects what they did, inside the database and outside, each as often as it happened
 */
record SagaEvidence(Map<String, Left> sagas, List<Effect> effects) {
  private static final String LEFT =
      """
      SELECT key, state, coalesce(stuck_reason, failure_message),
        (SELECT count(*) FROM domain_events WHERE causation_id = saga.id::text),
        (SELECT array_agg(step ORDER BY sequence) FROM saga_steps
          WHERE saga_id = saga.id AND kind = 'DONE'),
        (SELECT array_agg(step ORDER BY sequence) FROM saga_steps
          WHERE saga_id = saga.id AND kind = 'UNDONE')
      FROM sagas saga
      """;

  /**
   * A saga in the store.
   *
   * @param why it failed or is stuck; null when neither
   * @param events how many it published
   * @param done the steps recorded as done, in order
   * @param undone the steps recorded as undone, in order
   */
  record Left(
      String state, @Nullable String why, int events, List<String> done, List<String> undone) {}

  static SagaEvidence collect(Server server, Outside outside) throws SQLException {
    try (var connection = server.connect(SagaStage.DATABASE)) {
      var effects = new ArrayList<>(outside.effects());
      effects.addAll(effects(connection));
      return new SagaEvidence(sagas(connection), effects);
    }
  }

  private static Map<String, Left> sagas(Connection connection) throws SQLException {
    var sagas = new HashMap<String, Left>();
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(LEFT)) {
      while (row.next()) {
        sagas.put(
            row.getString(1),
            new Left(
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                texts(row.getArray(5)),
                texts(row.getArray(6))));
      }
    }
    return sagas;
  }

  private static List<String> texts(java.sql.@Nullable Array array) throws SQLException {
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }

  private static List<Effect> effects(Connection connection) throws SQLException {
    var effects = new ArrayList<Effect>();
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT saga, what FROM torture_saga_effects")) {
      while (row.next()) {
        effects.add(new Effect(row.getString(1), row.getString(2)));
      }
    }
    return effects;
  }
}
