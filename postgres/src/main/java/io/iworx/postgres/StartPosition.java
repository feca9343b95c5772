package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/** Where a new subscription begins. */
final class StartPosition {
  private static final String FIRST_SINCE =
      """
      SELECT coalesce((SELECT min(position) - 1 FROM domain_events WHERE published_at >= ?),
                      (SELECT max(position) FROM domain_events), 0)
      """;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final DataSource dataSource;
  private final Tail tail;

  StartPosition(DataSource dataSource, Tail tail) {
    this.dataSource = dataSource;
    this.tail = tail;
  }

  Checkpoint of(SubscriptionDefinition definition) throws SQLException {
    return switch (definition.start()) {
      case Start.Latest() -> Checkpoint.at(latest());
      case Start.After(var position) -> Checkpoint.at(position);
      case Start.From(var time) -> Checkpoint.at(before(time));
    };
  }

  /** Publishing times grow about like positions: the first that is late enough decides. */
  private long before(Instant time) throws SQLException {
    return Transactions.alone(
        dataSource,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(FIRST_SINCE)) {
            statement.setObject(1, OffsetDateTime.ofInstant(time, ZoneOffset.UTC));
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return row.getLong(1);
            }
          }
        });
  }

  /**
   * The last settled row: what is published by transactions that are open now comes after it. When
   * the first publisher this process met stays open too long to find that row, the last row that
   * shows; what is open then may be missed by this one new subscription.
   */
  private long latest() throws SQLException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    tail.refresh();
    while (!tail.isKnown() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      tail.refresh();
    }
    return tail.isKnown() ? tail.upTo() : lastVisible();
  }

  private long lastVisible() throws SQLException {
    return Transactions.alone(
        dataSource,
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row =
                  statement.executeQuery("SELECT coalesce(max(position), 0) FROM domain_events")) {
            row.next();
            return row.getLong(1);
          }
        });
  }
}
