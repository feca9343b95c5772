package io.iworx.postgres;

import io.iworx.gateway.spi.IdentityLookup;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Users looked up by the query that the configuration names. It has one {@code ?}, a text, for the
 * token's {@code sub}, and gives the organization as its first column and, if it has a second one,
 * cross-project access as a boolean there. Safe for any thread.
 */
public final class PostgresIdentityLookup implements IdentityLookup {
  private static final int TIMEOUT_SECONDS = 2;

  private final DataSource dataSource;

  private PostgresIdentityLookup(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  /** A lookup in a database, whose schema the query must know. */
  public static PostgresIdentityLookup create(DataSource dataSource) {
    return new PostgresIdentityLookup(dataSource);
  }

  @Override
  public Optional<Found> find(String query, String subject) {
    try {
      return Transactions.alone(
          dataSource,
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(query)) {
              statement.setQueryTimeout(TIMEOUT_SECONDS);
              statement.setString(1, subject);
              try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(found(row)) : Optional.empty();
              }
            }
          });
    } catch (SQLException e) {
      throw new GatewayStoreException("A user cannot be looked up", e);
    }
  }

  private static Found found(ResultSet row) throws SQLException {
    return new Found(row.getString(1), row.getMetaData().getColumnCount() > 1 && row.getBoolean(2));
  }
}
