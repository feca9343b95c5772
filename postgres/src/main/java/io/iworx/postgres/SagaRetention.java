package io.iworx.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes sagas that ended long ago, with their records: COMPLETED and COMPENSATED ones, never one
 * that is open or STUCK. Without one every saga is kept. A key is free again when its saga is gone.
 *
 * <p>Cost: every {@link #CHECK} one walk over the primary key as far as the oldest sagas go, and
 * one transaction for each {@value #BATCH} sagas that go. Nothing is added to what a saga costs.
 *
 * <p>Any number of processes may have one.
 */
public final class SagaRetention implements AutoCloseable {
  /** How often it looks. */
  public static final Duration CHECK = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(SagaRetention.class);
  private static final Duration FAREWELL = Duration.ofSeconds(5);
  private static final int BATCH = 1_000;
  private static final UUID FIRST = new UUID(0, 0);

  /**
   * Ids begin with the time of the start, and no saga ends before its start. A child stays as long
   * as its parent, which may still have it undone.
   */
  private static final String REMOVE =
      """
      WITH old AS (
        SELECT id FROM sagas saga
        WHERE id > ? AND id < ? AND state IN ('COMPLETED', 'COMPENSATED') AND ended_at < ?
          AND NOT EXISTS (SELECT FROM sagas parent WHERE parent.id = saga.parent_id)
        ORDER BY id LIMIT ?
        FOR UPDATE SKIP LOCKED),
      steps AS (DELETE FROM saga_steps USING old WHERE saga_id = old.id),
      waits AS (DELETE FROM saga_waits USING old WHERE saga_id = old.id),
      operations AS (DELETE FROM saga_operations USING old WHERE saga_id = old.id),
      gone AS (DELETE FROM sagas USING old WHERE sagas.id = old.id RETURNING sagas.id)
      SELECT id, count(*) OVER () FROM gone ORDER BY id DESC LIMIT 1
      """;

  private final DataSource dataSource;
  private final Duration keep;
  private final Thread thread;

  private SagaRetention(DataSource dataSource, Duration keep) {
    this.dataSource = dataSource;
    this.keep = keep;
    this.thread = Thread.ofVirtual().name("iworx-saga-retention").unstarted(this::run);
  }

  /**
   * Starts it on a database that {@link Migrations} has migrated.
   *
   * @param keep how long a saga stays after its end, on database time
   * @throws IllegalArgumentException when that is not positive
   */
  public static SagaRetention start(DataSource dataSource, Duration keep) {
    if (!keep.isPositive()) {
      throw new IllegalArgumentException("Sagas are kept for some time, not for " + keep + ".");
    }
    var retention = new SagaRetention(dataSource, keep);
    retention.thread.start();
    return retention;
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        var gone = remove(dataSource, keep);
        if (gone > 0) {
          LOG.info("{} sagas that ended more than {} ago are removed", gone, keep);
        }
      } catch (SQLException e) {
        LOG.warn("Ended sagas stay until the next look: {}", e.getMessage());
      }
      try {
        Thread.sleep(CHECK);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** Removes all that are old enough now, and says how many those were. */
  static long remove(DataSource dataSource, Duration keep) throws SQLException {
    try (var connection = dataSource.getConnection()) {
      var until = now(connection).minus(keep);
      var gone = 0L;
      var after = new Gone(FIRST, BATCH);
      while (after != null && after.count() == BATCH && !Thread.currentThread().isInterrupted()) {
        after = remove(connection, after.last(), until);
        gone += after == null ? 0 : after.count();
      }
      return gone;
    }
  }

  /** A batch that went. */
  private record Gone(UUID last, int count) {}

  private static @Nullable Gone remove(Connection connection, UUID after, Instant until)
      throws SQLException {
    try (var statement = connection.prepareStatement(REMOVE)) {
      statement.setObject(1, after);
      statement.setObject(2, firstId(until));
      statement.setObject(3, until.atOffset(ZoneOffset.UTC));
      statement.setInt(4, BATCH);
      try (var row = statement.executeQuery()) {
        return row.next() ? new Gone(row.getObject(1, UUID.class), row.getInt(2)) : null;
      }
    }
  }

  private static Instant now(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT now()");
        var row = statement.executeQuery()) {
      row.next();
      return row.getObject(1, OffsetDateTime.class).toInstant();
    }
  }

  /** The first UUIDv7 of a time. */
  static UUID firstId(Instant time) {
    return new UUID(time.toEpochMilli() << 16 | 0x7000, 0x8000_0000_0000_0000L);
  }

  /** Stops after the batch that is being removed. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(FAREWELL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
