package io.iworx.postgres;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A connection that tells, once, when it is given back. */
final class ReturnedConnection implements InvocationHandler {
  private final Connection connection;
  private final Runnable whenReturned;
  private final AtomicBoolean returned = new AtomicBoolean();

  private ReturnedConnection(Connection connection, Runnable whenReturned) {
    this.connection = connection;
    this.whenReturned = whenReturned;
  }

  static Connection of(Connection connection, Runnable whenReturned) {
    return (Connection)
        Proxy.newProxyInstance(
            ReturnedConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            new ReturnedConnection(connection, whenReturned));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a connection equals itself alone
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> arguments != null && proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "close" -> giveBack();
      default -> passOn(method, arguments);
    };
  }

  private @Nullable Object passOn(Method method, Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private @Nullable Object giveBack() throws Throwable {
    try {
      connection.close();
    } finally {
      if (returned.compareAndSet(false, true)) {
        whenReturned.run();
      }
    }
    return null;
  }
}
