package io.iworx.testing;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;

/** What stands for a database's connection in a rehearsal: there is no database. */
final class RehearsalConnection {
  private RehearsalConnection() {}

  static Connection open() {
    return (Connection)
        Proxy.newProxyInstance(
            RehearsalConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class, Mark.class},
            (proxy, method, arguments) -> answer(proxy, method, arguments));
  }

  static boolean is(Connection connection) {
    return connection instanceof Mark;
  }

  private interface Mark {}

  @SuppressWarnings("ReferenceEquality") // what equality of such an object is
  private static Object answer(Object proxy, Method method, Object[] arguments) {
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> "the connection of a rehearsal";
      };
    }
    throw new UnsupportedOperationException(
        "A rehearsal has no database: give this step an outcome (returns or fails), or test it with"
            + " PostgreSQL.");
  }
}
