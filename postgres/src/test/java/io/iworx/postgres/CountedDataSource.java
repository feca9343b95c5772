package io.iworx.postgres;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Counts what reaches the database: calls with statements, each a round trip, and transactions that
 * commit.
 */
class CountedDataSource implements DataSource {
  final AtomicInteger statements = new AtomicInteger();
  final AtomicInteger commits = new AtomicInteger();
  private final DataSource dataSource;

  CountedDataSource(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  void reset() {
    statements.set(0);
    commits.set(0);
  }

  @Override
  public Connection getConnection() throws SQLException {
    var connection = dataSource.getConnection();
    return proxy(
        Connection.class,
        connection,
        (name, arguments, result) -> {
          if (name.equals("commit")) {
            commits.incrementAndGet();
          }
          return name.equals("prepareStatement")
              ? counted(connection, String.valueOf(arguments[0]), result)
              : result;
        });
  }

  private Object counted(Connection connection, String sql, Object statement) {
    return proxy(
        PreparedStatement.class,
        statement,
        (name, _, result) -> {
          if (name.startsWith("execute")) {
            statements.incrementAndGet();
            if (connection.getAutoCommit() || sql.endsWith("COMMIT")) {
              commits.incrementAndGet();
            }
          }
          return result;
        });
  }

  private interface After {
    Object call(String method, Object[] arguments, Object result) throws SQLException;
  }

  private static <T> T proxy(Class<T> type, Object target, After after) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> {
              try {
                return after.call(method.getName(), arguments, method.invoke(target, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return dataSource.getConnection(user, password);
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return dataSource.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    dataSource.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    dataSource.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return dataSource.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return dataSource.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return dataSource.isWrapperFor(type);
  }
}
