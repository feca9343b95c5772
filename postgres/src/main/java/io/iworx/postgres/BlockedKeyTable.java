package io.iworx.postgres;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.Claim;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** What waits although a checkpoint is past it, in {@code event_blocked_keys}. */
final class BlockedKeyTable {
  private static final String COLUMNS =
      "position, key, event_id, attempts, retry_at, reason, behind";
  private static final String PUT =
      """
      INSERT INTO event_blocked_keys
        (subscription, partition, position, key, event_id, attempts, retry_at, reason, behind)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (subscription, position, (coalesce(key, ''))) DO UPDATE
      SET event_id = excluded.event_id, attempts = excluded.attempts,
          retry_at = excluded.retry_at, reason = excluded.reason, behind = excluded.behind
      """;
  private static final String FREE =
      """
      DELETE FROM event_blocked_keys AS b
      USING unnest(?::bigint[], ?::text[]) AS freed (position, key)
      WHERE b.subscription = ? AND b.position = freed.position AND coalesce(b.key, '') = freed.key
      """;
  private static final String OF_PARTITION =
      "SELECT "
          + COLUMNS
          + " FROM event_blocked_keys WHERE subscription = ? AND partition = ? ORDER BY position";
  private static final String FIRST =
      "SELECT "
          + COLUMNS
          + " FROM event_blocked_keys WHERE subscription = ? ORDER BY position LIMIT ?";

  private BlockedKeyTable() {}

  static void put(Connection connection, Claim claim, List<BlockedKey> rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(PUT)) {
      for (BlockedKey row : rows) {
        Instant retryAt = row.retryAt();
        statement.setString(1, claim.subscription());
        statement.setInt(2, claim.partition());
        statement.setLong(3, row.position());
        statement.setString(4, row.key());
        statement.setString(5, row.eventId());
        statement.setInt(6, row.attempts());
        if (retryAt == null) {
          statement.setNull(7, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
          statement.setObject(7, OffsetDateTime.ofInstant(retryAt, ZoneOffset.UTC));
        }
        statement.setString(8, DeadLetterTable.storable(row.reason()));
        statement.setLong(9, row.behind());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Returns whether all of them were there. */
  static boolean free(Connection connection, Claim claim, List<BlockedKey.Id> freed)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FREE)) {
      Long[] positions = freed.stream().map(BlockedKey.Id::position).toArray(Long[]::new);
      String[] keys = freed.stream().map(BlockedKey.Id::key).toArray(String[]::new);
      statement.setArray(1, connection.createArrayOf("bigint", positions));
      statement.setArray(2, connection.createArrayOf("text", keys));
      statement.setString(3, claim.subscription());
      return statement.executeUpdate() == freed.size();
    }
  }

  static List<BlockedKey> of(Connection connection, String subscription, int partition)
      throws SQLException {
    return rows(connection, OF_PARTITION, subscription, partition);
  }

  static List<BlockedKey> first(Connection connection, String subscription, int limit)
      throws SQLException {
    return rows(connection, FIRST, subscription, limit);
  }

  private static List<BlockedKey> rows(
      Connection connection, String sql, String subscription, int number) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, subscription);
      statement.setInt(2, number);
      List<BlockedKey> rows = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          OffsetDateTime retryAt = row.getObject(5, OffsetDateTime.class);
          rows.add(
              new BlockedKey(
                  row.getLong(1),
                  row.getString(2),
                  row.getString(3),
                  row.getInt(4),
                  retryAt == null ? null : retryAt.toInstant(),
                  row.getString(6),
                  row.getLong(7)));
        }
      }
      return rows;
    }
  }
}
