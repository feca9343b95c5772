package io.iworx.postgres;

import io.iworx.eventbus.spi.EventLog;
import io.iworx.sagas.spi.SagaStore;
import io.iworx.testing.Effects;
import io.iworx.testing.SagasContract;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresSagasIT extends SagasContract {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();

  private SagaStore store;
  private EventLog log;
  private Effects effects;

  /** Before the suite's own, which uses what is made here. */
  @BeforeEach
  @Override
  protected void open() {
    try {
      store = PostgresSagaStore.create(DATABASE.pool());
      log = PostgresEventLog.create(DATABASE.pool());
      effects = Effects.in(DATABASE.pool());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    super.open();
  }

  @AfterEach
  @Override
  protected void close() {
    super.close();
    log.close();
  }

  @Override
  protected SagaStore store() {
    return store;
  }

  @Override
  protected EventLog log() {
    return log;
  }

  @Override
  protected Effects effects() {
    return effects;
  }
}
