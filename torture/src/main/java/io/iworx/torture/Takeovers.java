package io.iworx.torture;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long it takes others to go on with what an instance held: until each partition has another
 * holder and has moved, or is past what was in the log. Promised: the lease and two seconds.
 */
final class Takeovers {
  private static final Duration BEYOND_LEASE = Duration.ofSeconds(2);

  /** To tell late from never. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int POLL_MILLIS = 50;

  private static final String PLACES =
      "SELECT subscription || ' ' || partition, coalesce(instance, ''), checkpoint,"
          + " pending::text, (SELECT coalesce(max(position), 0) FROM domain_events)"
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

  /** What is to go on: partitions, as they are now. */
  final class Takeover {
    private final String instance;
    private final Map<String, Place> held;

    private Takeover(String instance, Map<String, Place> held) {
      this.instance = instance;
      this.held = held;
    }

    /** Waits until all of them have, from now on; notes it when that takes too long. */
    void await() throws SQLException, InterruptedException {
      var start = System.nanoTime();
      var waiting = held.keySet();
      while (!waiting.isEmpty() && System.nanoTime() - start < PATIENCE.toNanos()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        waiting = behind();
      }
      var took = Duration.ofNanos(System.nanoTime() - start);
      longest = took.compareTo(longest) > 0 ? took : longest;
      if (took.compareTo(limit) > 0) {
        late(
            instance,
            "others went on after %d ms, not within %d ms, with what %s held%s"
                .formatted(
                    took.toMillis(),
                    limit.toMillis(),
                    instance,
                    waiting.isEmpty() ? "" : "; still not with " + waiting));
      }
    }

    private Set<String> behind() throws SQLException {
      var left = new TreeSet<String>();
      var now = places();
      held.forEach(
          (partition, before) -> {
            if (!before.goesOn(now.get(partition))) {
              left.add(partition);
            }
          });
      return left;
    }
  }

  private record Place(String instance, long checkpoint, String pending, long head) {
    boolean goesOn(@Nullable Place now) {
      return now != null
          && (now.checkpoint >= head
              || (!now.instance.equals(instance)
                  && !now.instance.isEmpty()
                  && (now.checkpoint > checkpoint || !now.pending.equals(pending))));
    }
  }

  /** What the instance holds now, in whose place others are to go on. */
  Takeover from(String instance) throws SQLException {
    var held = new TreeMap<>(places());
    held.values().removeIf(it -> !it.instance().equals(instance));
    return new Takeover(instance, held);
  }

  private Map<String, Place> places() throws SQLException {
    var places = new HashMap<String, Place>();
    try (var connection = server.connect(database);
        var query = connection.createStatement();
        var row = query.executeQuery(PLACES)) {
      while (row.next()) {
        places.put(
            row.getString(1),
            new Place(row.getString(2), row.getLong(3), row.getString(4), row.getLong(5)));
      }
    }
    return places;
  }

  void late(String what, String sentence) {
    findings.add(new Finding(Broken.LATE, what, sentence));
  }

  Duration longest() {
    return longest;
  }

  List<Finding> findings() {
    return findings;
  }
}
