package io.iworx.examples.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Transactions for one service, on tables of its own. Safe for any thread. */
public final class Database {
  private final Jdbi jdbi;

  private Database(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /**
   * The database with the service's tables in it.
   *
   * @param service its package has {@code schema.sql}, a script that may run any number of times;
   *     instances that start together run it one after the other
   */
  public static Database open(DataSource dataSource, Class<?> service) {
    var database = new Database(Jdbi.create(dataSource));
    database.jdbi.useTransaction(
        handle -> {
          handle.execute("SELECT pg_advisory_xact_lock(hashtext('iworx.examples'))");
          handle.createScript(script(service)).execute();
        });
    return database;
  }

  /** Work within a transaction that somebody else begins and ends. */
  @FunctionalInterface
  public interface Work<T, X extends Exception> {
    T in(Connection connection) throws X;
  }

  /** Runs the work in a transaction; what it throws rolls back and passes through. */
  public <T, X extends Exception> T inTransaction(Work<T, X> work) throws X {
    return jdbi.inTransaction(handle -> work.in(handle.getConnection()));
  }

  /** SQL of one's own on a connection; it need not be closed. */
  public static Handle on(Connection connection) {
    return Columns.register(Jdbi.create(connection)).open();
  }

  private static String script(Class<?> service) {
    try (var script = service.getResourceAsStream("schema.sql")) {
      if (script == null) {
        throw new IllegalStateException("schema.sql is missing beside " + service);
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
