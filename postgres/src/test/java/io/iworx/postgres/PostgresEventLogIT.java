package io.iworx.postgres;

import io.iworx.eventbus.spi.EventLog;
import io.iworx.testing.EventLogContract;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The promises every log keeps, kept in PostgreSQL: by the plain table on one version, and on the
 * other by a partitioned one whose first partition is gone.
 */
@ParameterizedClass
@EnumSource(TestServer.class)
class PostgresEventLogIT extends EventLogContract {
  @RegisterExtension final TestDatabase database;
  @RegisterExtension final TestDatabase own;
  private final AtomicBoolean prepared = new AtomicBoolean();
  private final TestServer server;

  PostgresEventLogIT(TestServer server) {
    this.server = server;
    database = TestDatabase.migrated(server);
    own = TestDatabase.empty(server);
  }

  @Override
  protected EventLog newLog() throws SQLException {
    if (server != TestServer.BUNDLED) {
      dropFirstPartition();
    }
    return PostgresEventLog.create(database.pool());
  }

  private void dropFirstPartition() throws SQLException {
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload) VALUES ('a.b', 'old', '{}')");
    LogPartitions partitions = LogPartitions.of(database.pool());
    partitions.partition();
    partitions.rotate();
    partitions.drop(Duration.ZERO, true);
  }

  @Override
  protected EventLog reopened(EventLog log) {
    return PostgresEventLog.create(database.pool());
  }

  @Override
  protected Connection openTransaction() throws SQLException {
    Connection connection = database.pool().getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  @Override
  protected Connection openOwnDatabase() throws SQLException {
    Connection connection = own.pool().getConnection();
    connection.setAutoCommit(false);
    if (prepared.compareAndSet(false, true)) {
      PostgresInbox.createTable(connection);
      connection.commit();
    }
    return connection;
  }
}
