package io.iworx.benchmarks.load;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.concurrent.Semaphore;

/** 256 callers, each publish a transaction of its own, over a pool that serves them in turn. */
final class PublishAlone implements Contender {

  @Override
  public void run(Stage stage) throws Exception {
    Ourselves.open(stage).close(); // for the table
    int size = stage.number("pool");
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(stage.jdbcUrl());
    config.setUsername(stage.user());
    config.setPassword(stage.password());
    config.setMaximumPoolSize(size);
    config.addDataSourceProperty("prepareThreshold", "1");
    // Without it callers overtake one another at the pool, and some wait for seconds.
    Semaphore turns = new Semaphore(size, true);
    try (HikariDataSource pool = new HikariDataSource(config)) {
      Callers callers =
          new Callers(
              Callers.MANY,
              () -> Long.MAX_VALUE,
              sequence -> {
                Order order = Order.of(sequence, System.nanoTime());
                turns.acquire();
                try (Connection connection = pool.getConnection();
                    PreparedStatement insert = connection.prepareStatement(LogRows.INSERT)) {
                  LogRows.bind(insert, order);
                  insert.executeUpdate();
                } finally {
                  turns.release();
                }
              });
      callers.callFor(stage.warmup());
      stage.begin();
      long published = callers.callFor(stage.seconds());
      stage.end();
      stage.report("events", published);
    }
  }
}
