package io.iworx.torture;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * How long it takes others to go on with what an instance held. Promised: the lease and two
 * seconds.
 */
final class Takeovers {
  private static final Duration BEYOND_LEASE = Duration.ofSeconds(2);

  /** To tell late from never. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int POLL_MILLIS = 50;

  private static final String HELD =
      "SELECT subscription || ' ' || partition, instance, checkpoint,"
          + " (SELECT coalesce(max(position), 0) FROM domain_events)"
          + " FROM event_subscription_partitions";

  private final Server server;
  private final String database;
  private final Duration limit;
  private final List<Finding> findings = new ArrayList<>();
  private Duration longest = Duration.ZERO;

  Takeovers(Server server, String database, Duration lease) {
    this.server = server;
    this.database = database;
    this.limit = lease.plus(BEYOND_LEASE);
  }

  /** What is to go on: partitions, which are to come past what is in the log now. */
  final class Takeover {
    private final String instance;
    private final Set<String> held;
    private final long head;

    private Takeover(String instance, Set<String> held, long head) {
      this.instance = instance;
      this.held = held;
      this.head = head;
    }

    /** Waits until all of them have, from now on; notes it when that takes too long. */
    void await() throws SQLException, InterruptedException {
      var start = System.nanoTime();
      var waiting = held;
      while (!waiting.isEmpty() && System.nanoTime() - start < PATIENCE.toNanos()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        waiting = behind();
      }
      var took = Duration.ofNanos(System.nanoTime() - start);
      longest = took.compareTo(longest) > 0 ? took : longest;
      if (took.compareTo(limit) > 0) {
        findings.add(
            new Finding(
                Broken.LATE,
                instance,
                "others went on after %d ms, not within %d ms, with what %s held%s"
                    .formatted(
                        took.toMillis(),
                        limit.toMillis(),
                        instance,
                        waiting.isEmpty() ? "" : "; still not with " + waiting)));
      }
    }

    private Set<String> behind() throws SQLException {
      var left = new HashSet<String>();
      places()
          .forEach(
              (partition, place) -> {
                if (held.contains(partition) && place.checkpoint() < head) {
                  left.add(partition);
                }
              });
      return left;
    }
  }

  private record Place(String instance, long checkpoint, long head) {}

  /** What the instance holds now, in whose place others are to go on. */
  Takeover from(String instance) throws SQLException {
    var held = new HashSet<String>();
    var head = 0L;
    for (var place : places().entrySet()) {
      head = place.getValue().head();
      if (place.getValue().instance().equals(instance)) {
        held.add(place.getKey());
      }
    }
    return new Takeover(instance, held, head);
  }

  private Map<String, Place> places() throws SQLException {
    var places = new HashMap<String, Place>();
    try (var connection = server.connect(database);
        var query = connection.createStatement();
        var row = query.executeQuery(HELD)) {
      while (row.next()) {
        var instance = row.getString(2);
        places.put(
            row.getString(1),
            new Place(instance == null ? "" : instance, row.getLong(3), row.getLong(4)));
      }
    }
    return places;
  }

  Duration longest() {
    return longest;
  }

  List<Finding> findings() {
    return findings;
  }
}
