package io.iworx.postgres;

import io.iworx.gateway.spi.IdempotencyStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Idempotency keys in {@code gateway_idempotency}. Safe for any thread. */
public final class PostgresIdempotencyStore implements IdempotencyStore {
  private static final String CLAIM =
      """
      INSERT INTO gateway_idempotency AS known
        (organization_id, user_id, route, key, fingerprint, holder, state, running_until, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', clock_timestamp() + ? * interval '1 millisecond',
              clock_timestamp() + ? * interval '1 millisecond')
      ON CONFLICT (organization_id, user_id, route, key) DO UPDATE
      SET fingerprint = excluded.fingerprint, holder = excluded.holder, state = 'RUNNING',
          running_until = excluded.running_until, expires_at = excluded.expires_at,
          status = NULL, headers = NULL, body = NULL, begun_at = clock_timestamp()
      WHERE known.expires_at <= clock_timestamp()
      """;

  private static final String FIND =
      """
      SELECT fingerprint = ?, state, running_until <= clock_timestamp(), status, headers, body
      FROM gateway_idempotency
      WHERE organization_id = ? AND user_id = ? AND route = ? AND key = ?
        AND expires_at > clock_timestamp()
      """;

  private static final String MINE =
      """
      WHERE organization_id = ? AND user_id = ? AND route = ? AND key = ? AND holder = ?
        AND state = 'RUNNING'
      """;

  private static final String ANSWERED =
      "UPDATE gateway_idempotency SET state = 'ANSWERED', status = ?, headers = ?, body = ? "
          + MINE;

  private static final String UNKNOWN = "UPDATE gateway_idempotency SET state = 'UNKNOWN' " + MINE;

  private static final String RELEASE = "DELETE FROM gateway_idempotency " + MINE;

  private static final String FORGET =
      """
      DELETE FROM gateway_idempotency
      WHERE ctid IN (SELECT ctid FROM gateway_idempotency
                     WHERE expires_at < clock_timestamp() LIMIT 10000)
      """;

  private static final long TRIM_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final DataSource dataSource;
  private final AtomicLong trimmedAt = new AtomicLong(System.nanoTime() - TRIM_NANOS);

  private PostgresIdempotencyStore(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** A store on a database that {@link Migrations} has migrated. */
  public static PostgresIdempotencyStore create(DataSource dataSource) {
    return new PostgresIdempotencyStore(dataSource);
  }

  @Override
  public Begun begin(OwnedKey key, byte[] fingerprint, Duration atMost, Duration kept) {
    var claim = new Claim(key, UUID.randomUUID());
    try {
      return Transactions.alone(
          dataSource,
          connection -> {
            trimNowAndThen(connection);
            while (true) { // what was there may be gone when it is looked for
              if (claimed(connection, claim, fingerprint, atMost, kept)) {
                return new Begun.First(claim);
              }
              var known = find(connection, key, fingerprint);
              if (known != null) {
                return known;
              }
            }
          });
    } catch (SQLException e) {
      throw new GatewayStoreException("Idempotency keys cannot be kept", e);
    }
  }

  private static boolean claimed(
      Connection connection, Claim claim, byte[] fingerprint, Duration atMost, Duration kept)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
      set(statement, 1, claim.key());
      statement.setBytes(5, fingerprint);
      statement.setObject(6, claim.holder());
      statement.setLong(7, atMost.toMillis());
      statement.setLong(8, kept.toMillis());
      return statement.executeUpdate() == 1;
    }
  }

  private static @Nullable Begun find(Connection connection, OwnedKey key, byte[] fingerprint)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FIND)) {
      statement.setBytes(1, fingerprint);
      set(statement, 2, key);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? known(row) : null;
      }
    }
  }

  private static Begun known(ResultSet row) throws SQLException {
    if (!row.getBoolean(1)) {
      return new Begun.Other();
    }
    return switch (row.getString(2)) {
      case "ANSWERED" -> answered(row);
      case "RUNNING" -> row.getBoolean(3) ? new Begun.Unknown() : new Begun.Running();
      default -> new Begun.Unknown();
    };
  }

  private static Begun answered(ResultSet row) throws SQLException {
    var headers = row.getArray(5);
    if (headers == null) {
      return new Begun.AnswerLost(row.getInt(4));
    }
    var texts = (String[]) headers.getArray();
    var pairs = new ArrayList<Map.Entry<String, String>>();
    for (int i = 0; i < texts.length; i += 2) {
      pairs.add(Map.entry(texts[i], texts[i + 1]));
    }
    return new Begun.Answered(new Answer(row.getInt(4), pairs, row.getBytes(6)));
  }

  @Override
  public void answered(Claim claim, int status, @Nullable Answer answer) {
    settle(
        ANSWERED,
        (connection, statement) -> {
          statement.setInt(1, status);
          statement.setArray(
              2, answer == null ? null : connection.createArrayOf("text", flat(answer.headers())));
          statement.setBytes(3, answer == null ? null : answer.body());
          return 4;
        },
        claim);
  }

  private static Object[] flat(List<Map.Entry<String, String>> headers) {
    var texts = new ArrayList<Object>();
    headers.forEach(
        it -> {
          texts.add(it.getKey());
          texts.add(it.getValue());
        });
    return texts.toArray();
  }

  @Override
  public void unknown(Claim claim) {
    settle(UNKNOWN, (_, _) -> 1, claim);
  }

  @Override
  public void release(Claim claim) {
    settle(RELEASE, (_, _) -> 1, claim);
  }

  /** Sets what a statement has besides the claim; the position of the claim's first value. */
  @FunctionalInterface
  private interface Setting {
    int set(Connection connection, PreparedStatement statement) throws SQLException;
  }

  private void settle(String sql, Setting setting, Claim claim) {
    try {
      Transactions.alone(
          dataSource,
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
              var next = setting.set(connection, statement);
              set(statement, next, claim.key());
              statement.setObject(next + 4, claim.holder());
              return statement.executeUpdate();
            }
          });
    } catch (SQLException e) {
      throw new GatewayStoreException("An idempotency key cannot be settled", e);
    }
  }

  private static void set(PreparedStatement statement, int at, OwnedKey key) throws SQLException {
    statement.setString(at, key.organization());
    statement.setString(at + 1, key.user());
    statement.setString(at + 2, key.route());
    statement.setString(at + 3, key.key());
  }

  private void trimNowAndThen(Connection connection) throws SQLException {
    var last = trimmedAt.get();
    var now = System.nanoTime();
    if (now - last >= TRIM_NANOS && trimmedAt.compareAndSet(last, now)) {
      try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
        statement.executeUpdate();
      }
    }
  }
}
