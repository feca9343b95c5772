package io.iworx.postgres;

import io.iworx.sagas.spi.Awaited.Child;
import io.iworx.sagas.spi.Awaited.ChildUndone;
import io.iworx.sagas.spi.Awaited.Event;
import io.iworx.sagas.spi.NewSaga;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What sagas wait for, and the events that end it: the functions of the migration do the work. */
final class SagaWaits {
  /** In the transaction that gives the saga out of hand, after it did. */
  static final String WAIT = "SELECT saga_wait(?, ?, ?, ?, ?, ?); ";

  private static final String LOCK = "SELECT saga_lock(?, ?); ";
  private static final String LOCK_CHILDREN = "SELECT saga_lock_children(?, ?, ?); ";

  private SagaWaits() {}

  /** Before it does: whoever could end one of the waits waits for the end of the transaction. */
  static String before(List<Wait> waits) {
    return LOCK + LOCK_CHILDREN + (SagaRows.INSERT.strip() + "; ").repeat(begun(waits).size());
  }

  static void bindBefore(
      Parameters parameters, Connection connection, String sagaId, List<Wait> waits)
      throws SQLException {
    bindEvents(parameters, connection, waits);
    var begun = begun(waits);
    parameters.add(UUID.fromString(sagaId));
    parameters.add(uuids(connection, begun.stream().map(NewSaga::id)));
    parameters.add(uuids(connection, of(waits, ChildUndone.class).map(ChildUndone::sagaId)));
    for (var child : begun) {
      SagaRows.bind(parameters, child, null);
    }
  }

  static void bind(Parameters parameters, Connection connection, String sagaId, List<Wait> waits)
      throws SQLException {
    parameters.add(UUID.fromString(sagaId));
    parameters.add(array(connection, "text", waits, Wait::step));
    bindEvents(parameters, connection, waits);
    parameters.add(array(connection, "uuid", waits, SagaWaits::child));
    parameters.add(array(connection, "bigint", waits, it -> it.duration().toMillis()));
  }

  private static void bindEvents(Parameters parameters, Connection connection, List<Wait> waits)
      throws SQLException {
    parameters.add(
        array(connection, "text", waits, it -> it.what() instanceof Event e ? e.type() : null));
    parameters.add(
        array(connection, "text", waits, it -> it.what() instanceof Event e ? e.key() : null));
  }

  private static @Nullable UUID child(Wait wait) {
    return switch (wait.what()) {
      case Child(var saga) -> UUID.fromString(saga.id());
      case ChildUndone(var sagaId) -> UUID.fromString(sagaId);
      case Event _ -> null;
      case null -> null;
    };
  }

  private static List<NewSaga> begun(List<Wait> waits) {
    return of(waits, Child.class).map(Child::saga).toList();
  }

  private static <T> Stream<T> of(List<Wait> waits, Class<T> type) {
    return waits.stream().map(Wait::what).filter(type::isInstance).map(type::cast);
  }

  private static Array uuids(Connection connection, Stream<String> ids) throws SQLException {
    return connection.createArrayOf("uuid", ids.map(UUID::fromString).toArray());
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
