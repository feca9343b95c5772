package io.iworx.testing;

import io.iworx.eventbus.spi.EventLog;
import io.iworx.sagas.spi.SagaStore;
import org.jspecify.annotations.Nullable;

class InMemorySagasTest extends SagasContract {
  private final InMemorySagaStore store = InMemorySagaStore.create();
  private final InMemoryEventLog log = InMemoryEventLog.create();

  @Override
  protected SagaStore store() {
    return store;
  }

  @Override
  protected EventLog log() {
    return log;
  }

  @Override
  protected @Nullable Effects effects() {
    return null;
  }
}
