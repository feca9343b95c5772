package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.gateway.spi.IdentityLookup.Found;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Users by the operator's own query. */
class PostgresIdentityLookupIT {
  private static final String QUERY =
      "SELECT organization_id, may_cross FROM members WHERE id::text = ?";

  @RegisterExtension final TestDatabase database = TestDatabase.empty(TestServer.BUNDLED);

  @Test
  void findsWhatTheQuerySays() throws SQLException {
    try (var connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE members (id int, organization_id text, may_cross boolean)");
      statement.execute("INSERT INTO members VALUES (1, 'acme', true), (2, NULL, NULL)");
    }
    var lookup = PostgresIdentityLookup.create(database.pool());
    assertThat(lookup.find(QUERY, "1")).contains(new Found("acme", true));
    assertThat(lookup.find(QUERY, "2")).contains(new Found(null, false));
    assertThat(lookup.find(QUERY.replace(", may_cross", ""), "1"))
        .contains(new Found("acme", false));
    assertThat(lookup.find(QUERY, "1' OR 'a' = 'a")).isEmpty();
    assertThatThrownBy(() -> lookup.find("SELECT x FROM nowhere WHERE id = ?", "1"))
        .isInstanceOf(GatewayStoreException.class);
  }
}
