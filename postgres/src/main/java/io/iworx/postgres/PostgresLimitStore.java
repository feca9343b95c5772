package io.iworx.postgres;

import io.iworx.gateway.spi.LimitStore;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * Shared rate limits in {@code gateway_limits}: one statement takes tokens from any number of
 * buckets, by the database's clock. Safe for any thread.
 */
public final class PostgresLimitStore implements LimitStore {
  // In order of the buckets, so that two instances never wait for each other crosswise.
  private static final String TAKE =
      """
      INSERT INTO gateway_limits AS held (bucket, tokens, granted, per_second, burst, taken_at)
      SELECT bucket, burst - least(wanted, burst), least(wanted, burst), per_second, burst,
             clock_timestamp()
      FROM unnest(?::text[], ?::float8[], ?::int[], ?::int[])
        AS demand (bucket, per_second, burst, wanted)
      ORDER BY bucket
      ON CONFLICT (bucket) DO UPDATE SET (tokens, granted, per_second, burst, taken_at) =
        (SELECT full_to - given, given, excluded.per_second, excluded.burst, excluded.taken_at
         FROM (SELECT least(excluded.burst,
                            held.tokens + excluded.per_second * greatest(
                              0, extract(epoch FROM excluded.taken_at - held.taken_at))) AS full_to)
                AS refilled,
              LATERAL (SELECT least(excluded.granted, floor(full_to))::int AS given) AS grants)
      RETURNING bucket, granted, tokens
      """;

  private static final String PRESENT =
      """
      INSERT INTO gateway_instances (instance, seen_at) VALUES (?, clock_timestamp())
      ON CONFLICT (instance) DO UPDATE SET seen_at = excluded.seen_at
      """;

  private static final String COUNT =
      """
      SELECT count(*) FROM gateway_instances
      WHERE seen_at > clock_timestamp() - interval '30 seconds'
      """;

  private static final String FORGET_INSTANCES =
      "DELETE FROM gateway_instances WHERE seen_at < clock_timestamp() - interval '10 minutes'";

  private static final String FORGET_FULL =
      """
      DELETE FROM gateway_limits
      WHERE taken_at + burst / per_second * interval '1 second' < clock_timestamp()
      """;

  private static final Lease NOTHING = new Lease(0, Duration.ofSeconds(1));
  private static final long TRIM_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final DataSource dataSource;
  private final AtomicLong trimmedAt = new AtomicLong(System.nanoTime());

  private PostgresLimitStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** A store on a database that {@link Migrations} has migrated. */
  public static PostgresLimitStore create(DataSource dataSource) {
    return new PostgresLimitStore(dataSource);
  }

  @Override
  public List<Lease> take(List<Demand> demands) {
    try {
      var leases = Transactions.alone(dataSource, connection -> take(connection, demands));
      return demands.stream().map(it -> leases.getOrDefault(it.bucket(), NOTHING)).toList();
    } catch (SQLException e) {
      throw new GatewayStoreException("Shared rate limits cannot be counted", e);
    }
  }

  private static Map<String, Lease> take(Connection connection, List<Demand> demands)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TAKE)) {
      statement.setArray(1, array(connection, demands, Demand::bucket));
      statement.setArray(2, array(connection, demands, PostgresLimitStore::perSecond));
      statement.setArray(3, array(connection, demands, Demand::burst));
      statement.setArray(4, array(connection, demands, Demand::wanted));
      var rates = new HashMap<String, Double>();
      demands.forEach(it -> rates.put(it.bucket(), perSecond(it)));
      var leases = new HashMap<String, Lease>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          var bucket = row.getString(1);
          var missing = Math.max(0, 1 - row.getDouble(3)) / rates.getOrDefault(bucket, 1.0);
          leases.put(
              bucket, new Lease(row.getInt(2), Duration.ofNanos((long) Math.ceil(missing * 1e9))));
        }
      }
      return leases;
    }
  }

  private static double perSecond(Demand demand) {
    return demand.requests() * 1e9 / demand.per().toNanos();
  }

  private static Array array(
      Connection connection, List<Demand> demands, Function<Demand, Object> column)
      throws SQLException {
    return connection.createArrayOf(
        "text", demands.stream().map(column).map(Object::toString).toArray());
  }

  @Override
  public int instances(String instance) {
    try {
      return Transactions.alone(
          dataSource,
          connection -> {
            try (PreparedStatement present = connection.prepareStatement(PRESENT)) {
              present.setString(1, instance);
              present.executeUpdate();
            }
            trimNowAndThen(connection);
            try (PreparedStatement count = connection.prepareStatement(COUNT);
                ResultSet row = count.executeQuery()) {
              row.next();
              return row.getInt(1);
            }
          });
    } catch (SQLException e) {
      throw new GatewayStoreException("Gateways cannot be counted", e);
    }
  }

  private void trimNowAndThen(Connection connection) throws SQLException {
    var last = trimmedAt.get();
    var now = System.nanoTime();
    if (now - last < TRIM_NANOS || !trimmedAt.compareAndSet(last, now)) {
      return;
    }
    for (var sql : List.of(FORGET_FULL, FORGET_INSTANCES)) {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.executeUpdate();
      }
    }
  }
}
