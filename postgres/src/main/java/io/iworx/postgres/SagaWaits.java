package io.iworx.postgres;

import io.iworx.sagas.spi.SagaEvent;
import io.iworx.sagas.spi.Wait;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What sagas wait for, and the events that end it: the functions of the migration do the work. */
final class SagaWaits {
  /** In the transaction that gives the saga out of hand, before it does. */
  static final String LOCK = "SELECT saga_lock(?, ?); ";

  /** After it did. */
  static final String WAIT = "SELECT saga_wait(?, ?, ?, ?, ?); ";

  private SagaWaits() {}

  static void bindLock(Parameters parameters, Connection connection, List<Wait> waits)
      throws SQLException {
    parameters.add(array(connection, "text", waits, SagaWaits::type));
    parameters.add(array(connection, "text", waits, SagaWaits::key));
  }

  static void bind(Parameters parameters, Connection connection, String sagaId, List<Wait> waits)
      throws SQLException {
    parameters.add(UUID.fromString(sagaId));
    parameters.add(array(connection, "text", waits, Wait::step));
    bindLock(parameters, connection, waits);
    parameters.add(array(connection, "bigint", waits, it -> it.duration().toMillis()));
  }

  private static @Nullable String type(Wait wait) {
    return wait.event() == null ? null : wait.event().type();
  }

  private static @Nullable String key(Wait wait) {
    return wait.event() == null ? null : wait.event().key();
  }

  private static Array array(
      Connection connection, String type, List<Wait> waits, Function<Wait, @Nullable Object> of)
      throws SQLException {
    return connection.createArrayOf(type, waits.stream().map(of).toArray());
  }

  /** How many waits it has ended, now or before. */
  static int arrive(Connection connection, SagaEvent event) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT saga_arrive(?, ?, ?, ?, ?::json)")) {
      statement.setString(1, event.id());
      statement.setString(2, event.type());
      statement.setString(3, event.key());
      statement.setObject(4, OffsetDateTime.ofInstant(event.publishedAt(), ZoneOffset.UTC));
      statement.setString(5, event.json());
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getInt(1) : 0;
      }
    }
  }

  static Optional<Instant> oldestStart(Connection connection) throws SQLException {
    try (var statement =
            connection.prepareStatement(
                """
                SELECT min(coalesce(began_at, started_at)) FROM sagas
                WHERE state IN ('RUNNING', 'COMPENSATING', 'STUCK')
                """);
        var row = statement.executeQuery()) {
      row.next();
      return Optional.ofNullable(row.getObject(1, OffsetDateTime.class))
          .map(OffsetDateTime::toInstant);
    }
  }
}
