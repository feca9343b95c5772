package io.iworx.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

/** A data source that hands out no connection until it is opened: callers meet in the queue. */
final class Gate {
  private final CountDownLatch open = new CountDownLatch(1);
  private final DataSource dataSource;

  Gate(DataSource behind) {
    dataSource =
        (DataSource)
            Proxy.newProxyInstance(
                Gate.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (_, method, arguments) -> {
                  open.await();
                  try {
                    return method.invoke(behind, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  DataSource dataSource() {
    return dataSource;
  }

  void open() {
    open.countDown();
  }
}
