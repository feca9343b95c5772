package io.iworx.postgres;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Start;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

  Checkpoint of(Start start) throws SQLException {
    return switch (start) {
      case Start.Latest() -> latest();
      case Start.After(var position) -> Checkpoint.at(position);
      case Start.From(var time) -> after(before(time));
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

  /** What is open there may be of that time or later: it comes when it shows. */
  private Checkpoint after(long position) throws SQLException {
    return new Checkpoint(position, tail.head().pending().upTo(position));
  }

  /**
   * The last row that shows; what is being published by transactions that are open now comes when
   * it shows. Far from the end, nobody knows what is open until the publishers that were there when
   * this process began have ended; when one of them takes too long, what it published so far back
   * may be missed by this one new subscription.
   */
  private Checkpoint latest() throws SQLException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Checkpoint head = tail.head();
    while (!tail.isKnown() && System.nanoTime() < deadline) {
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      head = tail.head();
    }
    return head;
  }
}
