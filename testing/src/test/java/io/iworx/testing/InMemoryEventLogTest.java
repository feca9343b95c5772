package io.iworx.testing;

import io.iworx.eventbus.spi.EventLog;
import java.sql.Connection;
import java.sql.SQLException;

class InMemoryEventLogTest extends EventLogContract {
  @Override
  protected EventLog newLog() {
    return InMemoryEventLog.create();
  }

  @Override
  protected EventLog reopened(EventLog log) {
    return ((InMemoryEventLog) log).restarted();
  }

  @Override
  protected Connection openTransaction() throws SQLException {
    throw new SQLException("There is no database behind a log in memory.");
  }

  @Override
  protected Connection openOwnDatabase() throws SQLException {
    throw new SQLException("There is no inbox beside a log in memory.");
  }
}
