package io.iworx.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections in a known state: whatever the data source's default, and as it was when returned.
 */
final class Transactions {
  private Transactions() {}

  /** Work with a connection. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object, X extends Exception> {
    T run(Connection connection) throws SQLException, X;
  }

  /** Runs the work with each statement a transaction of its own. */
  static <T extends @Nullable Object, X extends Exception> T alone(
      DataSource dataSource, Work<T, X> work) throws SQLException, X {
    try (Connection connection = dataSource.getConnection()) {
      return aloneOn(connection, work);
    }
  }

  /** The same on a connection that stays the caller's. */
  static <T extends @Nullable Object, X extends Exception> T aloneOn(
      Connection connection, Work<T, X> work) throws SQLException, X {
    boolean before = connection.getAutoCommit();
    if (!before) {
      connection.setAutoCommit(true);
    }
    try {
      return work.run(connection);
    } finally {
      if (!before) {
        connection.setAutoCommit(false);
      }
    }
  }

  /** Runs the work in one transaction: it commits, or it throws and is rolled back. */
  static <T extends @Nullable Object, X extends Exception> T together(
      DataSource dataSource, Work<T, X> work) throws SQLException, X {
    try (Connection connection = dataSource.getConnection()) {
      return togetherOn(connection, work);
    }
  }

  /** The same on a connection that stays the caller's. */
  static <T extends @Nullable Object, X extends Exception> T togetherOn(
      Connection connection, Work<T, X> work) throws SQLException, X {
    boolean before = connection.getAutoCommit();
    connection.setAutoCommit(false);
    boolean done = false;
    try {
      T result = work.run(connection);
      connection.commit();
      done = true;
      return result;
    } finally {
      if (!done) {
        rollBack(connection);
      }
      restore(connection, before);
    }
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // The connection is broken, and with it the transaction; the first failure says why.
    }
  }

  private static void restore(Connection connection, boolean autoCommit) {
    try {
      if (autoCommit) {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      // A broken connection has no state to restore; the pool throws it away.
    }
  }
}
