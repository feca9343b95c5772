package io.iworx.server;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The signal SIGHUP, by which a process is asked to read its configuration again. The JDK has no
 * supported way to hear a signal; by reflection this works where it can and says so where it
 * cannot.
 */
final class Hangup {
  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /** Runs the action on a thread of the JVM's whenever the signal comes. */
  @SuppressWarnings("ReferenceEquality") // what equals of a proxy means
  static void run(Runnable action) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      var heard =
          Proxy.newProxyInstance(
              Hangup.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      action.run();
                      yield null;
                    }
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "SIGHUP";
                  });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), heard);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.debug("SIGHUP is not heard here: {}", e.toString());
    }
  }
}
