package io.iworx.postgres;

import io.iworx.sagas.spi.SagaStore;
import io.iworx.testing.Effects;
import io.iworx.testing.SagaStoreContract;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresSagaStoreIT extends SagaStoreContract {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();

  private SagaStore store;
  private Effects effects;

  @BeforeEach
  void open() throws SQLException {
    store = PostgresSagaStore.create(DATABASE.pool());
    effects = Effects.in(DATABASE.pool());
  }

  @Override
  protected SagaStore store() {
    return store;
  }

  @Override
  protected Effects effects() {
    return effects;
  }
}
