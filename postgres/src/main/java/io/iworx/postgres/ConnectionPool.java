package io.iworx.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A pool of connections to one database, first come first served.
 *
 * <p>HikariCP hands a returned connection to whoever asks first, so that under more callers than
 * connections some wait for seconds; here callers queue in order before they reach it. Safe for any
 * thread. URL and password appear in no log line and no exception.
 */
public final class ConnectionPool implements DataSource, AutoCloseable {
  /** How long a caller waits for a connection. */
  public static final Duration WAIT = Duration.ofSeconds(30);

  private static final int CONNECT_SECONDS = 10;

  /** As the server says it when it has no connection left. */
  private static final String NONE_LEFT = "53300";

  private final HikariDataSource pool;
  private final Semaphore turns;

  private ConnectionPool(HikariDataSource pool, int size) {
    this.pool = pool;
    this.turns = new Semaphore(size, true);
  }

  /**
   * Opens a pool; connections are made as they are needed.
   *
   * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, with driver parameters if wanted
   * @param user the database user; empty when the URL names it
   * @param password the password; empty when the URL has it
   * @param size how many connections at most; an event log that subscriptions read needs two beside
   *     those of its callers
   * @throws IllegalArgumentException when this is not a URL of PostgreSQL
   */
  public static ConnectionPool open(String jdbcUrl, String user, String password, int size) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    try {
      source.setUrl(jdbcUrl);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The database URL is not one of PostgreSQL: it must look like jdbc:postgresql://host:5432/database.");
    }
    if (!user.isEmpty()) {
      source.setUser(user);
    }
    if (!password.isEmpty()) {
      source.setPassword(password);
    }
    source.setApplicationName("iworx");
    source.setTcpKeepAlive(true);
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setReWriteBatchedInserts(true);
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setPoolName("iworx-postgres");
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(Math.min(2, size));
    config.setConnectionTimeout(WAIT.toMillis());
    // The pool opens when the database is not there yet; the first caller is told.
    config.setInitializationFailTimeout(-1);
    return new ConnectionPool(new HikariDataSource(config), size);
  }

  /**
   * A connection of any data source; of a pool of this class, one that is waited for no longer than
   * given.
   */
  static Connection connection(DataSource dataSource, Duration atMost) throws SQLException {
    return dataSource instanceof ConnectionPool pool
        ? pool.getConnection(atMost)
        : dataSource.getConnection();
  }

  @Override
  public Connection getConnection() throws SQLException {
    return getConnection(WAIT);
  }

  /** A connection, if one becomes free in time; making a new one may take longer. */
  private Connection getConnection(Duration atMost) throws SQLException {
    try {
      if (!turns.tryAcquire(Math.max(0, atMost.toMillis()), TimeUnit.MILLISECONDS)) {
        throw new SQLTransientConnectionException(
            "No database connection became free within " + atMost.toMillis() + " ms.", NONE_LEFT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLTransientConnectionException(
          "Interrupted while waiting for a database connection.", "08001", e);
    }
    try {
      return ReturnedConnection.of(pool.getConnection(), turns::release);
    } catch (SQLException | RuntimeException e) {
      turns.release();
      throw e;
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "This pool has one database user: open another pool for another user.");
  }

  @Override
  public void close() {
    pool.close();
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return pool.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    pool.setLogWriter(out);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return pool.getLoginTimeout();
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    pool.setLoginTimeout(seconds);
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return pool.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return type.isInstance(this) ? type.cast(this) : pool.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(this) || pool.isWrapperFor(type);
  }

  @Override
  public String toString() {
    return "ConnectionPool(" + pool.getMaximumPoolSize() + " connections)";
  }
}
