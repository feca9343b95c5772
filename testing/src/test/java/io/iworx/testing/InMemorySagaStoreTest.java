package io.iworx.testing;

import io.iworx.sagas.spi.SagaStore;
import org.jspecify.annotations.Nullable;

class InMemorySagaStoreTest extends SagaStoreContract {
  private final InMemorySagaStore store = InMemorySagaStore.create();

  @Override
  protected SagaStore store() {
    return store;
  }

  @Override
  protected @Nullable Effects effects() {
    return null;
  }
}
