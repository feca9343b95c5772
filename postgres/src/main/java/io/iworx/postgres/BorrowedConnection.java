package io.iworx.postgres;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/**
 * The connection a handler works on: its transaction is not the handler's to end. Closing it does
 * nothing, since libraries like to close what they are given.
 */
final class BorrowedConnection implements InvocationHandler {
  private final Connection connection;

  private BorrowedConnection(Connection connection) {
    this.connection = connection;
  }

  static Connection of(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            BorrowedConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            new BorrowedConnection(connection));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a connection equals itself alone
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "close" -> null;
      case "commit", "abort" -> throw refused(method);
      case "setAutoCommit" -> {
        if (arguments != null && Boolean.TRUE.equals(arguments[0])) {
          throw refused(method);
        }
        yield null;
      }
      case "rollback" -> {
        if (arguments == null) {
          throw refused(method);
        }
        yield passOn(method, arguments); // to a savepoint of the handler's own
      }
      default -> passOn(method, arguments);
    };
  }

  private static IllegalStateException refused(Method method) {
    return new IllegalStateException(
        "A handler that shares its delivery's transaction cannot call "
            + method.getName()
            + "(): it commits when the handler returns and is rolled back when it throws.");
  }

  private @Nullable Object passOn(Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
