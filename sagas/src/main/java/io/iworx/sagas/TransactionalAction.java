package io.iworx.sagas;

import java.sql.Connection;

/**
 * What a step does in this database: its rows and the step's record commit together, so its effect
 * happens exactly once.
 */
@FunctionalInterface
public interface TransactionalAction<T> {

  /**
   * Runs in a transaction that was begun for it. It must neither commit, roll back nor close the
   * connection, nor leave the transaction idle, such as for a call, for as long as the lease.
   *
   * @throws Exception after which everything it wrote is rolled back
   */
  T run(Connection connection) throws Exception;
}
