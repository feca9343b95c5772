package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Slice;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestServer.class)
class MigrationsIT {
  private static final String OLD_TABLE =
      """
      CREATE TABLE domain_events (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        event_id text UNIQUE NOT NULL,
        event_type text NOT NULL,
        service_name text NOT NULL,
        correlation_id text,
        payload jsonb NOT NULL,
        metadata jsonb,
        published_at timestamptz DEFAULT now(),
        processed_at timestamptz,
        processed_by text[],
        created_at timestamptz DEFAULT now())
      """;

  /** Later rows are older, every hundredth has no time and every tenth no correlation id. */
  private static final String OLD_ROWS =
      """
      INSERT INTO domain_events (event_id, event_type, service_name, correlation_id, payload, published_at,
                                 processed_by, processed_at)
      SELECT 'old-' || n, 'work_order.created', 'work-order-service',
             CASE WHEN n % 10 <> 0 THEN 'story-' || n % 7 END, '{}',
             CASE WHEN n % 100 <> 0 THEN now() - n * interval '1 minute' END, '{asset-service}', now()
      FROM generate_series(1, 5000) AS n
      """;

  private static final String OLD_INSERT =
      "INSERT INTO domain_events (event_id, event_type, service_name, correlation_id, payload, metadata, published_at) VALUES ('%s', 'asset.created', 'asset-service', NULL, '{}', '{}', now())";

  @RegisterExtension final TestDatabase database;

  MigrationsIT(TestServer server) {
    database = TestDatabase.empty(server);
  }

  @Test
  void migratesAnEmptyDatabaseOnce() throws SQLException {
    Migrations.migrate(database.pool());
    Migrations.migrate(database.pool());
    database.execute(OLD_INSERT.formatted("new"));
    assertThat(database.query("SELECT position FROM domain_events")).containsExactly("1");
    assertThat(database.query("SELECT count(*) FROM correlation_timeline")).containsExactly("1");
    assertThat(database.query("SELECT count(*) FROM domain_event_status")).containsExactly("1");
  }

  @Test
  void takesOverTheOldTableInTheOrderOfItsTimes() throws SQLException {
    database.execute(OLD_TABLE);
    database.execute(OLD_ROWS);
    Migrations.migrate(database.pool());
    assertThat(
            database.query(
                """
                SELECT count(*) FROM (
                  SELECT position, row_number() OVER (ORDER BY published_at NULLS FIRST) AS expected
                  FROM domain_events WHERE published_at IS NOT NULL) AS numbered
                WHERE position <> expected
                """))
        .as("those without a time have their created_at, the newest of all")
        .containsExactly("0");
    assertThat(
            database.query(
                "SELECT count(DISTINCT position) FROM domain_events WHERE processed_by = '{asset-service}'"))
        .containsExactly("5000");
    database.execute(OLD_INSERT.formatted("new"));
    assertThat(database.query("SELECT position FROM domain_events WHERE event_id = 'new'"))
        .containsExactly("5001");
    assertThatThrownBy(() -> database.execute(OLD_INSERT.formatted("new")))
        .isInstanceOf(SQLException.class);
    assertThat(
            database.query(
                "EXPLAIN SELECT * FROM domain_events WHERE correlation_id = 'story-3' ORDER BY published_at"))
        .anyMatch(line -> String.valueOf(line).contains("domain_events_correlation_id"));
    try (PostgresEventLog log = PostgresEventLog.create(database.pool())) {
      int read = 0;
      Slice slice = log.read(Checkpoint.BEGINNING, 1_000);
      while (!slice.entries().isEmpty()) {
        read += slice.entries().size();
        slice = log.read(slice.upTo(), 1_000);
      }
      assertThat(read).isEqualTo(5001);
    }
  }

  @Test
  void oldWritersGoOnWhileItMigrates() throws Exception {
    database.execute(OLD_TABLE);
    database.execute(OLD_ROWS);
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch writing = new CountDownLatch(20);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> writer =
          threads.submit(
              () -> {
                int written = 0;
                try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                  while (!over.get()) {
                    statement.execute(OLD_INSERT.formatted("during-" + written++));
                    writing.countDown();
                  }
                }
                return written;
              });
      writing.await();
      Migrations.migrate(database.pool());
      over.set(true);
      int written = writer.get();
      assertThat(database.query("SELECT count(DISTINCT position) FROM domain_events"))
          .containsExactly(String.valueOf(5000 + written));
    }
  }

  @RepeatedTest(5)
  void instancesMayStartAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> starts =
          List.of(
              threads.submit(() -> Migrations.migrate(database.pool())),
              threads.submit(() -> Migrations.migrate(database.pool())),
              threads.submit(() -> Migrations.migrate(database.pool())));
      for (Future<?> start : starts) {
        start.get();
      }
    }
    assertThat(database.query("SELECT count(*) FROM iworx_schema_history WHERE NOT success"))
        .containsExactly("0");
  }

  @Test
  void refusesADatabaseOfANewerVersion() throws SQLException {
    Migrations.migrate(database.pool());
    database.execute(
        """
        INSERT INTO iworx_schema_history
          (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
        SELECT 1000, '999', 'from the future', 'SQL', 'V999__from_the_future.sql', 1, 'somebody', 1, true
        """);
    assertThatThrownBy(() -> Migrations.migrate(database.pool()))
        .isInstanceOf(MigrationException.class)
        .hasMessageMatching(
            "The database has schema version 999, .* knows schema version [0-9]+: .*");
  }

  @Test
  void saysWhatIsMissingBeforeMigrations() {
    assertThatThrownBy(() -> PostgresEventLog.create(database.pool()))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("Migrations.migrate");
  }

  @Test
  void explainsTablesAndColumnsInPsql() throws SQLException {
    Migrations.migrate(database.pool());
    assertThat(
            database.query(
                """
                SELECT c.relname FROM pg_class AS c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
                  AND c.relname <> 'iworx_schema_history' AND obj_description(c.oid) IS NULL
                """))
        .isEmpty();
  }

  @Test
  void refusesATableThatACrashWouldEmpty() throws SQLException {
    Migrations.migrate(database.pool());
    database.execute("ALTER TABLE domain_events SET UNLOGGED");
    assertThatThrownBy(() -> PostgresEventLog.create(database.pool()))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("unlogged");
  }
}
