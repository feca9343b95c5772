package io.iworx.postgres;

import io.iworx.eventbus.spi.EventLog;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The same promises, kept in a log whose first partition is gone. */
@ParameterizedClass
@EnumSource(names = "BUNDLED")
class PartitionedEventLogIT extends PostgresEventLogIT {
  PartitionedEventLogIT(TestServer server) {
    super(server);
  }

  @Override
  protected EventLog newLog() throws SQLException {
    database.execute(
        "INSERT INTO domain_events (event_type, service_name, payload) VALUES ('a.b', 'old', '{}')");
    LogPartitions partitions = LogPartitions.of(database.pool());
    partitions.partition();
    partitions.rotate();
    partitions.drop(Duration.ZERO, true);
    return super.newLog();
  }
}
