package io.iworx.eventbus.spi;

import java.sql.Connection;

/** Work within a transaction that is begun and ended by the caller of this work. */
@FunctionalInterface
public interface TransactionalWork {
  void run(Connection connection) throws Exception;
}
