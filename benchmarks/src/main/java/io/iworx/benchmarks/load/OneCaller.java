package io.iworx.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** One caller publishes and inserts by plain JDBC in turns, in one JVM, on one table. */
final class OneCaller implements Contender {
  private static final int TURN = 100;

  @Override
  public void run(Stage stage) throws Exception {
    try (Ourselves bus = Ourselves.open(stage);
        Connection connection = stage.connect();
        PreparedStatement insert = connection.prepareStatement(LogRows.INSERT)) {
      turns(bus, insert, stage.warmup().toNanos(), new Latencies(), new Latencies());
      Latencies published = new Latencies();
      Latencies inserted = new Latencies();
      stage.begin();
      turns(bus, insert, stage.seconds().toNanos(), published, inserted);
      stage.end();
      stage.report("publish", published);
      stage.report("insert", inserted);
    }
  }

  private static void turns(
      Ourselves bus, PreparedStatement insert, long nanos, Latencies published, Latencies inserted)
      throws SQLException {
    long deadline = System.nanoTime() + nanos;
    for (long sequence = 0; System.nanoTime() < deadline; sequence += TURN) {
      for (long i = sequence; i < sequence + TURN; i++) {
        long sent = System.nanoTime();
        bus.publish(i, sent);
        published.add(System.nanoTime() - sent);
      }
      for (long i = sequence; i < sequence + TURN; i++) {
        long sent = System.nanoTime();
        LogRows.bind(insert, Order.of(i, sent));
        insert.executeUpdate();
        inserted.add(System.nanoTime() - sent);
      }
    }
  }
}
