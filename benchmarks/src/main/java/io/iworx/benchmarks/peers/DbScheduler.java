package io.iworx.benchmarks.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.iworx.benchmarks.load.Callers;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Course;
import io.iworx.benchmarks.load.Order;
import io.iworx.benchmarks.load.Stage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** db-scheduler: a one-time task for each event, fetched by its lock-and-fetch strategy. */
final class DbScheduler implements Contender {
  private static final String TASK = "benchmark";

  /** As its documentation has it for PostgreSQL. */
  private static final String TABLE =
      """
      CREATE TABLE scheduled_tasks (
        task_name text NOT NULL,
        task_instance text NOT NULL,
        task_data bytea,
        execution_time timestamp with time zone NOT NULL,
        picked boolean NOT NULL,
        picked_by text,
        last_success timestamp with time zone,
        last_failure timestamp with time zone,
        consecutive_failures int,
        last_heartbeat timestamp with time zone,
        version bigint NOT NULL,
        priority smallint,
        PRIMARY KEY (task_name, task_instance)
      );
      CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
      CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
      """;

  private static final String OPEN = "SELECT EXISTS (SELECT FROM scheduled_tasks)";

  @Override
  public void run(Stage stage) throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(stage.jdbcUrl());
    config.setUsername(stage.user());
    config.setPassword(stage.password());
    config.setMaximumPoolSize(stage.number("pool"));
    Clock clock = Clock.systemUTC();
    try (HikariDataSource pool = new HikariDataSource(config)) {
      createTable(pool);
      AtomicLong handled = new AtomicLong();
      OneTimeTask<String> task =
          Tasks.oneTime(TASK, String.class).execute((_, _) -> handled.incrementAndGet());
      Scheduler scheduler =
          Scheduler.create(pool, task)
              .threads(stage.number("threads"))
              .pollUsingLockAndFetch(1.0, 4.0)
              .pollingInterval(Duration.ofMillis(stage.number("interval")))
              .build();
      scheduler.start();
      Callers callers =
          new Callers(
              Callers.MANY,
              handled::get,
              sequence ->
                  scheduler.schedule(
                      task.instance(
                          Long.toString(sequence), Order.of(sequence, System.nanoTime()).json()),
                      clock.instant()));
      new Course(callers, handled::get, () -> Settled.await(stage, OPEN)).measure(stage);
    }
  }

  private static void createTable(HikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    }
  }
}
