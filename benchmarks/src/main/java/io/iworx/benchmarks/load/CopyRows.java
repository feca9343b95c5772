package io.iworx.benchmarks.load;

import java.sql.Connection;

/** COPY into the same table on one connection, a commit for every {@code batch} rows. */
final class CopyRows implements Contender {

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves.open(stage).close(); // for the table
    int batch = stage.number("batch");
    try (Connection connection = stage.connect()) {
      long first = copyFor(connection, 0, batch, stage.warmup().toNanos());
      stage.begin();
      long end = copyFor(connection, first, batch, stage.seconds().toNanos());
      stage.end();
      stage.report("events", end - first);
    }
  }

  private static long copyFor(Connection connection, long first, int batch, long nanos)
      throws Exception {
    long deadline = System.nanoTime() + nanos;
    long next = first;
    while (System.nanoTime() < deadline) {
      LogRows.copy(connection, next, batch);
      next += batch;
    }
    return next;
  }
}
