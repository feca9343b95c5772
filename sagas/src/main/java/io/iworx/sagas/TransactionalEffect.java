package io.iworx.sagas;

import java.sql.Connection;

/**
 * A step, or its compensation, that writes rows and returns nothing: rows and record commit
 * together.
 */
@FunctionalInterface
public interface TransactionalEffect {

  /**
   * Runs in a transaction that was begun for it. It must neither commit, roll back nor close the
   * connection.
   */
  void run(Connection connection) throws Exception;
}
