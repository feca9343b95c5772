package io.iworx.testing;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * A table that counts what happened, so that a test sees an effect that happened twice: nothing in
 * it is unique.
 */
public final class Effects {
  private final DataSource dataSource;

  private Effects(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** The table {@code effects}, made when it is missing. */
  public static Effects in(DataSource dataSource) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS effects (name text NOT NULL)");
    }
    return new Effects(dataSource);
  }

  /** One more, in the caller's transaction. */
  public void add(Connection connection, String name) throws SQLException {
    try (var statement = connection.prepareStatement("INSERT INTO effects (name) VALUES (?)")) {
      statement.setString(1, name);
      statement.executeUpdate();
    }
  }

  /** How often it happened, committed. */
  public long count(String name) throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement =
            connection.prepareStatement("SELECT count(*) FROM effects WHERE name = ?")) {
      statement.setString(1, name);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }
}
