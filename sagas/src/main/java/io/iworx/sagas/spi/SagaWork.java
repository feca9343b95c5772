package io.iworx.sagas.spi;

import java.sql.Connection;

/** Work within a transaction that is begun and ended by the store. */
@FunctionalInterface
public interface SagaWork {

  /** Returns what is to be committed together with the rows it wrote. */
  Progress run(Connection connection) throws Exception;
}
