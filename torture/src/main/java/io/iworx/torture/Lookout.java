package io.iworx.torture;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Looks at sagas straight in the database, also after the server was away. Of one thread. */
final class Lookout implements AutoCloseable {
  private static final String FIND =
      """
      SELECT saga.state, coalesce(child.instance, saga.instance), coalesce(child.waits_for, saga.waits_for),
        saga.state IN ('RUNNING', 'COMPENSATING')
      FROM saga_status saga
      LEFT JOIN saga_status child
        ON child.parent_id = saga.id AND child.state IN ('RUNNING', 'COMPENSATING')
      WHERE saga.definition = '%s' AND saga.key = ?
      """
          .formatted(SagaWorkload.DEFINITION);

  private final Server server;
  private @Nullable Connection connection;

  Lookout(Server server) {
    this.server = server;
  }

  /** How a saga stands; while its child is open, who has that and what that waits for. */
  record Standing(
      String state, @Nullable String instance, @Nullable String waitsFor, boolean isOpen) {}

  /** Empty when there is none, as far as the server says. */
  Optional<Standing> find(String saga) throws SQLException {
    try {
      if (connection == null) {
        connection = server.connect(SagaStage.DATABASE);
      }
      return find(connection, saga);
    } catch (SQLException e) {
      close();
      return Optional.empty();
    }
  }

  private static Optional<Standing> find(Connection connection, String saga) throws SQLException {
    try (var statement = connection.prepareStatement(FIND)) {
      statement.setString(1, saga);
      try (var row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Standing(
                    row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4)))
            : Optional.empty();
      }
    }
  }

  @Override
  public void close() throws SQLException {
    if (connection != null) {
      connection.close();
      connection = null;
    }
  }
}
