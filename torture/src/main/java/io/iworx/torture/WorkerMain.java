package io.iworx.torture;

import io.iworx.postgres.ConnectionPool;
import java.util.List;
import java.util.Objects;

/** The worker process: one instance of a service, to be killed. */
public final class WorkerMain {
  private static final int CONNECTIONS = 20;

  private WorkerMain() {}

  /** Works until it is told to stop, or killed. */
  public static void main(String[] words) throws Exception {
    Thread.setDefaultUncaughtExceptionHandler((_, failure) -> fail(failure));
    var orders = Orders.listen(System.in, System.out);
    var settings = WorkerSettings.of(List.of(words));
    var password = Objects.requireNonNullElse(System.getenv(WorkerSettings.PASSWORD), "");
    try (var pool =
        ConnectionPool.open(settings.jdbcUrl(), settings.user(), password, CONNECTIONS)) {
      switch (settings.role()) {
        case PUBLISHER -> Publishing.run(settings, pool, orders);
        case SUBSCRIBER -> Subscribing.run(settings, pool, password, orders);
      }
    }
    // Threads that wait for an answer of a server that is gone are not waited for.
    System.exit(0);
  }

  /** What nobody expected ends the process, which the harness reports. */
  private static void fail(Throwable failure) {
    failure.printStackTrace();
    Runtime.getRuntime().halt(1);
  }
}
