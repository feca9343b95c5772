package io.iworx.postgres;

import io.iworx.eventbus.spi.Advance;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Claim;
import io.iworx.eventbus.spi.ClaimLostException;
import io.iworx.eventbus.spi.Positions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Checkpoints and claims in {@code event_subscription_partitions}, on the database's clock. */
final class PartitionTable {
  /** Skips rows that somebody has locked: an instance that stopped in a transaction, say. */
  private static final String CLAIM =
      """
      WITH free AS (
        SELECT subscription, partition, instance
        FROM event_subscription_partitions
        WHERE subscription = ? AND (instance IS NULL OR lease_until <= clock_timestamp())
        ORDER BY partition
        LIMIT ?
        FOR NO KEY UPDATE SKIP LOCKED
      )
      UPDATE event_subscription_partitions AS p
      SET instance = ?, lease_until = clock_timestamp() + ? * interval '1 millisecond',
          fence = p.fence + 1, claimed_at = clock_timestamp()
      FROM free
      JOIN event_subscriptions AS s ON s.name = free.subscription
      WHERE p.subscription = free.subscription AND p.partition = free.partition
      RETURNING p.partition, p.fence, p.checkpoint, p.pending::text, free.instance IS NOT NULL,
        s.partitions, p.claimed_at
      """;

  private static final String MOVE =
      """
      UPDATE event_subscription_partitions AS p
      SET checkpoint = said.checkpoint, pending = said.pending::int8multirange,
          advanced_at = clock_timestamp(),
          lease_until = clock_timestamp() + said.lease * interval '1 millisecond'
      FROM unnest(?::text[], ?::integer[], ?::bigint[], ?::bigint[], ?::text[], ?::bigint[])
        WITH ORDINALITY AS said (subscription, partition, fence, checkpoint, pending, lease, place)
      WHERE p.subscription = said.subscription AND p.partition = said.partition
        AND p.fence = said.fence AND p.instance IS NOT NULL
      RETURNING said.place
      """;

  private static final String MOVE_ONE =
      """
      UPDATE event_subscription_partitions
      SET checkpoint = ?, pending = ?::int8multirange, advanced_at = clock_timestamp(),
          lease_until = clock_timestamp() + ? * interval '1 millisecond'
      WHERE subscription = ? AND partition = ? AND fence = ? AND instance IS NOT NULL
      """;

  /** Nobody claims or releases it until the transaction ends, and finds what it left. */
  private static final String HELD =
      """
      SELECT FROM event_subscription_partitions
      WHERE subscription = ? AND partition = ? AND fence = ? AND instance IS NOT NULL
      FOR SHARE
      """;

  private static final String RELEASE =
      """
      UPDATE event_subscription_partitions
      SET instance = NULL, lease_until = NULL
      WHERE subscription = ? AND partition = ? AND fence = ?
      """;

  private static final String EXPIRED =
      """
      INSERT INTO event_expirations (subscription, position) SELECT ?, unnest(?::bigint[])
      ON CONFLICT DO NOTHING
      """;

  private PartitionTable() {}

  static List<Claim> claim(
      Connection connection, String subscription, String instance, Duration lease, int atMost)
      throws SQLException {
    List<Claim> claims = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
      statement.setString(1, subscription);
      statement.setInt(2, atMost);
      statement.setString(3, instance);
      statement.setLong(4, lease.toMillis());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          claims.add(
              new Claim(
                  subscription,
                  row.getInt(1),
                  row.getInt(6),
                  instance,
                  row.getLong(2),
                  new Checkpoint(row.getLong(3), Positions.parse(row.getString(4))),
                  List.of(),
                  row.getBoolean(5),
                  lease,
                  row.getObject(7, OffsetDateTime.class).toInstant()));
        }
      }
    }
    List<Claim> whole = new ArrayList<>();
    for (Claim claim : claims) {
      whole.add(
          new Claim(
              subscription,
              claim.partition(),
              claim.partitions(),
              instance,
              claim.fence(),
              claim.checkpoint(),
              BlockedKeyTable.of(connection, subscription, claim.partition()),
              claim.afterCrash(),
              lease,
              claim.claimedAt()));
    }
    return whole;
  }

  /** Moves any number of checkpoints in one statement; returns those that are not held. */
  static List<Claim> move(Connection connection, List<Advance> advances) throws SQLException {
    int size = advances.size();
    String[] subscriptions = new String[size];
    Integer[] partitions = new Integer[size];
    Long[] fences = new Long[size];
    Long[] checkpoints = new Long[size];
    String[] pending = new String[size];
    Long[] leases = new Long[size];
    for (int i = 0; i < size; i++) {
      Claim claim = advances.get(i).claim();
      Checkpoint checkpoint = advances.get(i).checkpoint();
      if (checkpoint == null) {
        throw new IllegalArgumentException("There is no checkpoint to move to for " + claim);
      }
      subscriptions[i] = claim.subscription();
      partitions[i] = claim.partition();
      fences[i] = claim.fence();
      checkpoints[i] = checkpoint.position();
      pending[i] = checkpoint.pending().toString();
      leases[i] = claim.lease().toMillis();
    }
    BitSet moved = new BitSet(size);
    try (PreparedStatement statement = connection.prepareStatement(MOVE)) {
      statement.setArray(1, connection.createArrayOf("text", subscriptions));
      statement.setArray(2, connection.createArrayOf("integer", partitions));
      statement.setArray(3, connection.createArrayOf("bigint", fences));
      statement.setArray(4, connection.createArrayOf("bigint", checkpoints));
      statement.setArray(5, connection.createArrayOf("text", pending));
      statement.setArray(6, connection.createArrayOf("bigint", leases));
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          moved.set(row.getInt(1) - 1);
        }
      }
    }
    return IntStream.range(0, size)
        .filter(i -> !moved.get(i))
        .mapToObj(i -> advances.get(i).claim())
        .toList();
  }

  /**
   * Writes everything that is said of one partition, in the transaction of the connection.
   *
   * @throws ClaimLostException when it is not held, or what was to be there is not
   */
  static void write(Connection connection, Advance advance) throws SQLException {
    Claim claim = advance.claim();
    boolean held =
        advance.checkpoint() == null
            ? isHeld(connection, claim)
            : moved(connection, claim, advance.checkpoint());
    if (!held
        || (!advance.freed().isEmpty() && !BlockedKeyTable.free(connection, claim, advance.freed()))
        || (!advance.redriven().isEmpty()
            && !DeadLetterTable.remove(connection, claim.subscription(), advance.redriven()))) {
      throw new ClaimLostException(claim);
    }
    if (!advance.blocked().isEmpty()) {
      BlockedKeyTable.put(connection, claim, advance.blocked());
    }
    if (!advance.expired().isEmpty()) {
      noteExpired(connection, claim, advance.expired());
    }
    for (var letter : advance.deadLetters()) {
      DeadLetterTable.add(connection, claim.subscription(), letter);
    }
  }

  private static void noteExpired(Connection connection, Claim claim, Positions expired)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(EXPIRED)) {
      statement.setString(1, claim.subscription());
      statement.setArray(
          2, connection.createArrayOf("bigint", expired.stream().boxed().toArray(Long[]::new)));
      statement.executeUpdate();
    }
  }

  private static boolean moved(Connection connection, Claim claim, Checkpoint checkpoint)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(MOVE_ONE)) {
      statement.setLong(1, checkpoint.position());
      statement.setString(2, checkpoint.pending().toString());
      statement.setLong(3, claim.lease().toMillis());
      statement.setString(4, claim.subscription());
      statement.setInt(5, claim.partition());
      statement.setLong(6, claim.fence());
      return statement.executeUpdate() == 1;
    }
  }

  private static boolean isHeld(Connection connection, Claim claim) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(HELD)) {
      name(statement, claim);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  static void release(Connection connection, Claim claim) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
      name(statement, claim);
      statement.executeUpdate();
    }
  }

  private static void name(PreparedStatement statement, Claim claim) throws SQLException {
    statement.setString(1, claim.subscription());
    statement.setInt(2, claim.partition());
    statement.setLong(3, claim.fence());
  }
}
