package io.iworx.postgres;

import io.iworx.eventbus.spi.SubscriptionDefinition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;

/** Where a new subscription begins. */
final class StartPosition {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final DataSource dataSource;
  private final Tail tail;

  StartPosition(DataSource dataSource, Tail tail) {
    this.dataSource = dataSource;
    this.tail = tail;
  }

  long of(SubscriptionDefinition definition) throws SQLException {
    return switch (definition.start()) {
      case EARLIEST -> 0;
      case LATEST -> latest();
    };
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
