package io.iworx.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the tables and journals of a round say. */
final class Aftermath {
  private static final String OPEN =
      """
      SELECT subscription || ' partition ' || partition || ' at ' || checkpoint || ' of ' || head.position
             || CASE WHEN isempty(pending) THEN '' ELSE ', pending ' || pending END
      FROM event_subscription_partitions,
           (SELECT coalesce(max(position), 0) AS position FROM domain_events) AS head
      WHERE checkpoint < head.position OR NOT isempty(pending)
      UNION ALL
      SELECT subscription || ' has blocked ' || coalesce('key ' || key, event_id, '') || ' after '
             || attempts || ' attempts: ' || reason
      FROM event_blocked_keys
      UNION ALL
      SELECT subscription || ' has the dead letter ' || event_id FROM event_dead_letters
      WHERE subscription = 'torture-waiting'
      """;

  private Aftermath() {}

  /** What is still to be delivered. */
  static List<String> open(Server server, String database) throws SQLException {
    return texts(server, database, OPEN);
  }

  static Evidence collect(Server server, String database, Path folder)
      throws IOException, SQLException {
    Map<Audience, List<String>> handled = new EnumMap<>(Audience.class);
    Map<Audience, Set<String>> setAside = new EnumMap<>(Audience.class);
    for (var audience : Audience.values()) {
      handled.put(audience, handled(server, database, folder, audience));
      setAside.put(
          audience, new HashSet<>(texts(server, database, of("event_dead_letters", audience))));
    }
    return new Evidence(
        Deeds.read(folder),
        texts(server, database, "SELECT event_id FROM domain_events ORDER BY position"),
        new HashSet<>(texts(server, database, "SELECT event_id FROM torture_rows")),
        handled,
        setAside,
        Deliveries.readGarbled(folder));
  }

  private static List<String> handled(
      Server server, String database, Path folder, Audience audience)
      throws IOException, SQLException {
    var effects = of("torture_effects", audience) + " ORDER BY n";
    return switch (audience) {
      case PLAIN -> Deliveries.read(folder, audience);
      case OWN -> texts(server, OwnDatabase.of(database), effects);
      case SINGLE, BATCH, FUSSY, WAITING -> texts(server, database, effects);
    };
  }

  private static String of(String table, Audience audience) {
    return "SELECT event_id FROM "
        + table
        + " WHERE subscription = '"
        + audience.subscription()
        + "'";
  }

  /** The first column of a query. */
  private static List<String> texts(Server server, String database, String sql)
      throws SQLException {
    List<String> texts = new ArrayList<>();
    try (var connection = server.connect(database);
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      while (row.next()) {
        texts.add(row.getString(1));
      }
    }
    return texts;
  }
}
