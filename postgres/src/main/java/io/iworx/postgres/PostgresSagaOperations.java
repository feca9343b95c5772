package io.iworx.postgres;

import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.SagaOperation;
import io.iworx.sagas.spi.SagaOperationRefused;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaView;
import io.iworx.sagas.spi.StoredSaga;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** What {@code psql} can do too: the functions {@code saga_retry} and its like do the work. */
final class PostgresSagaOperations implements SagaOperations {
  private static final String LIST =
      """
      SELECT * FROM saga_status
      WHERE state = ANY (?::text[]) AND definition = coalesce(?, definition)
      ORDER BY id DESC LIMIT ?
      """;

  private final PostgresSagaStore store;

  PostgresSagaOperations(PostgresSagaStore store) {
    this.store = store;
  }

  @Override
  public List<SagaView> list(Set<SagaState> states, @Nullable String definition, int limit) {
    return store.alone(
        "The sagas could not be listed",
        connection -> {
          try (var statement = connection.prepareStatement(LIST)) {
            var names = states.stream().map(SagaState::name).toArray();
            statement.setArray(1, connection.createArrayOf("text", names));
            statement.setString(2, definition);
            statement.setInt(3, limit);
            var views = new ArrayList<SagaView>();
            try (var rows = statement.executeQuery()) {
              while (rows.next()) {
                views.add(new SagaView(SagaRows.saga(rows), rows.getString("waits_for")));
              }
            }
            return views;
          }
        });
  }

  @Override
  public Optional<SagaView> find(String sagaId) {
    return store.find(sagaId).map(this::view);
  }

  private SagaView view(StoredSaga saga) {
    return store.alone(
        "Saga " + saga.id() + " could not be read",
        connection -> {
          var id = UUID.fromString(saga.id());
          return new SagaView(
              saga,
              waitsFor(connection, id),
              SagaRows.children(connection, id),
              operations(connection, id));
        });
  }

  private static @Nullable String waitsFor(Connection connection, UUID id) throws SQLException {
    try (var statement =
        connection.prepareStatement("SELECT waits_for FROM saga_status WHERE id = ?")) {
      statement.setObject(1, id);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  private static List<SagaOperation> operations(Connection connection, UUID id)
      throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT at, actor, action, detail FROM saga_operations WHERE saga_id = ? ORDER BY id")) {
      statement.setObject(1, id);
      var operations = new ArrayList<SagaOperation>();
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          operations.add(
              new SagaOperation(
                  rows.getObject("at", OffsetDateTime.class).toInstant(),
                  rows.getString("actor"),
                  rows.getString("action"),
                  rows.getString("detail")));
        }
      }
      return operations;
    }
  }

  @Override
  public void retry(String sagaId) {
    change(sagaId, "SELECT saga_retry(?)");
  }

  @Override
  public void skip(String sagaId, String reason, @Nullable String result) {
    change(sagaId, "SELECT saga_skip(?, ?, ?)", reason, result);
  }

  @Override
  public void resume(String sagaId) {
    change(sagaId, "SELECT saga_resume(?)");
  }

  @Override
  public void cancel(String sagaId, String reason) {
    change(sagaId, "SELECT saga_cancel(?, ?)", reason);
  }

  private void change(String sagaId, String function, @Nullable String... arguments) {
    var id = id(sagaId);
    var refusal =
        store.alone(
            "Saga " + sagaId + " could not be changed",
            connection -> {
              try (var statement = connection.prepareStatement(function)) {
                statement.setObject(1, id);
                for (var i = 0; i < arguments.length; i++) {
                  statement.setString(i + 2, arguments[i]);
                }
                statement.execute();
                return Optional.<SagaOperationRefused>empty();
              } catch (PSQLException e) {
                return Optional.of(refusal(e));
              }
            });
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  private static UUID id(String sagaId) {
    try {
      return UUID.fromString(sagaId);
    } catch (IllegalArgumentException e) {
      throw new SagaOperationRefused("There is no saga " + sagaId + ".");
    }
  }

  /** What the functions say themselves, and a result that is no JSON; anything else is thrown. */
  private static SagaOperationRefused refusal(PSQLException e) throws PSQLException {
    var message = e.getServerErrorMessage();
    if (message == null || message.getMessage() == null) {
      throw e;
    }
    return switch (String.valueOf(e.getSQLState())) {
      case "P0001", "P0002" -> new SagaOperationRefused(message.getMessage());
      case "22P02", "22P05" -> new SagaOperationRefused("The result is not JSON.");
      default -> throw e;
    };
  }
}
