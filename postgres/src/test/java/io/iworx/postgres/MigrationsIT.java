package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.Slice;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
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

  @Test
  void migratedTheLogIsStillAPlainTable() throws SQLException {
    Migrations.migrate(database.pool());
    LogPartitions partitions = LogPartitions.of(database.pool());
    assertThat(partitions.isPartitioned()).isFalse();
    assertThat(partitions.list()).isEmpty();
    assertThat(partitions.size().oldest()).isNull();
    for (int n = 0; n < 2; n++) {
      database.execute(OLD_INSERT.formatted("one") + " ON CONFLICT (event_id) DO NOTHING");
    }
    database.execute("CREATE TABLE notes (event text REFERENCES domain_events (event_id))");
    assertThat(partitions.size().oldest()).isNotNull();
    assertThatThrownBy(partitions::rotate)
        .isInstanceOf(EventException.class)
        .hasMessageStartingWith("The log is one plain table");
    assertThatThrownBy(() -> partitions.drop(Duration.ZERO, true))
        .isInstanceOf(EventException.class)
        .hasMessageStartingWith("The log is one plain table");
  }

  @Test
  void oldWritersGoOnWhileItIsPartitioned() throws Exception {
    database.execute(OLD_TABLE);
    database.execute(OLD_ROWS);
    Migrations.migrate(database.pool());
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch writing = new CountDownLatch(20);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> writer = threads.submit(() -> write(over, writing));
      writing.await();
      List<Future<Boolean>> partitions =
          Stream.generate(() -> threads.submit(LogPartitions.of(database.pool())::partition))
              .limit(3)
              .toList();
      int done = 0;
      for (Future<Boolean> each : partitions) {
        done += each.get() ? 1 : 0;
      }
      assertThat(done).as("by one of those who try at once").isEqualTo(1);
      over.set(true);
      int written = writer.get();
      assertThat(database.query("SELECT count(DISTINCT position) FROM domain_events"))
          .containsExactly(String.valueOf(5000 + written));
    }
  }

  private int write(AtomicBoolean over, CountDownLatch writing) throws SQLException {
    int written = 0;
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      while (!over.get()) {
        statement.execute(OLD_INSERT.formatted("during-" + written++));
        writing.countDown();
      }
    }
    return written;
  }

  @Test
  void partitioningGoesOnAfterACrashInTheMiddle() throws SQLException {
    Migrations.migrate(database.pool());
    database.execute(OLD_INSERT.formatted("one"));
    LogPartitions partitions = LogPartitions.of(database.pool());
    database.execute("SELECT event_log_partition_begin()");
    assertThatThrownBy(() -> database.execute("SELECT event_log_partition()"))
        .as("not before the rows were checked")
        .hasMessageContaining("is not prepared");
    database.execute("SELECT event_log_partition_begin()");
    assertThat(partitions.list()).isEmpty();
    database.execute("ALTER TABLE domain_events VALIDATE CONSTRAINT domain_events_bound");
    assertThat(partitions.partition()).isTrue();
    assertThat(partitions.partition()).isFalse();
    database.execute("SELECT event_log_partition_begin(), event_log_partition()");
    assertThat(partitions.rotate()).hasValue(1);
    assertThat(partitions.list()).hasSize(3);
  }

  @Test
  void whatHangsOnTheTableSurvivesItsPartitions() throws SQLException {
    database.execute(OLD_TABLE);
    database.execute(OLD_ROWS);
    database.execute(
        """
        CREATE ROLE %1$s_reader; CREATE ROLE %1$s_writer; CREATE ROLE %1$s_owner;
        CREATE TABLE services (name text PRIMARY KEY);
        INSERT INTO services VALUES ('work-order-service'), ('asset-service');
        ALTER TABLE domain_events ADD CONSTRAINT known_service FOREIGN KEY (service_name) REFERENCES services;
        ALTER TABLE domain_events ADD CONSTRAINT named CHECK (event_type <> '');
        CREATE INDEX by_type ON domain_events (event_type);
        COMMENT ON TABLE domain_events IS 'mine'; COMMENT ON COLUMN domain_events.payload IS 'also mine';
        GRANT SELECT ON domain_events TO %1$s_reader WITH GRANT OPTION;
        GRANT INSERT, SELECT ON domain_events TO %1$s_writer;
        GRANT UPDATE (processed_by) ON domain_events TO %1$s_writer;
        GRANT SELECT ON services TO %1$s_writer, %1$s_owner;
        ALTER TABLE domain_events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY types ON domain_events FOR SELECT TO %1$s_reader USING (event_type LIKE 'asset.%%');
        CREATE POLICY writes ON domain_events FOR INSERT TO %1$s_writer WITH CHECK (service_name <> 'work-order-service');
        CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN NEW.metadata := '{"stamped": true}'; RETURN NEW; END $$;
        CREATE TRIGGER stamp BEFORE INSERT ON domain_events FOR EACH ROW WHEN (NEW.event_type = 'stamp') EXECUTE FUNCTION stamp();
        CREATE TRIGGER asleep BEFORE INSERT ON domain_events FOR EACH ROW EXECUTE FUNCTION stamp();
        ALTER TABLE domain_events DISABLE TRIGGER asleep;
        CREATE VIEW assets WITH (security_invoker = true) AS SELECT * FROM domain_events WHERE event_type LIKE 'asset.%%';
        CREATE VIEW counted AS SELECT count(*) FROM assets;
        GRANT SELECT ON assets TO %1$s_reader;
        COMMENT ON VIEW assets IS 'a view';
        CREATE PUBLICATION %1$s FOR TABLE domain_events WHERE (event_type <> 'secret') WITH (publish = 'insert');
        """
            .formatted(database.name()));
    Migrations.migrate(database.pool());
    LogPartitions partitions = LogPartitions.of(database.pool());
    partitions.partition();
    partitions.rotate();
    database.execute(OLD_INSERT.formatted("after"));
    String name = database.name();
    assertThat(database.query("SELECT * FROM counted")).containsExactly("1");
    assertThat(database.query("SELECT reloptions FROM pg_class WHERE relname = 'assets'"))
        .containsExactly("{security_invoker=true}");
    assertThat(database.query("SELECT obj_description('assets'::regclass)"))
        .containsExactly("a view");
    assertThat(database.query("SELECT obj_description('domain_events'::regclass)"))
        .as("written by V1")
        .allMatch(comment -> String.valueOf(comment).startsWith("What happened, in order"));
    assertThatThrownBy(
            () -> database.execute(OLD_INSERT.formatted("x").replace("asset-service", "nobody")))
        .hasMessageContaining("known_service");
    assertThatThrownBy(
            () -> database.execute(OLD_INSERT.formatted("x").replace("asset.created", "")))
        .hasMessageContaining("named");
    database.execute(OLD_INSERT.formatted("stamped").replace("asset.created", "stamp"));
    assertThat(database.query("SELECT event_id FROM domain_events WHERE metadata ? 'stamped'"))
        .containsExactly("stamped");
    assertThat(
            database.query(
                "SELECT tgenabled FROM pg_trigger WHERE tgname = 'asleep' AND tgrelid = 'domain_events_1'::regclass"))
        .containsExactly("D");
    assertThat(
            database.query(
                "SELECT indexdef FROM pg_indexes WHERE tablename = 'domain_events_1' AND indexdef LIKE '%event_type%'"))
        .hasSize(1);
    assertThat(
            database.query(
                "SELECT relation::text || ' ' || via FROM (SELECT prrelid::regclass AS relation, pubviaroot AS via FROM pg_publication_rel JOIN pg_publication AS p ON p.oid = prpubid) AS published"))
        .containsExactly("domain_events true");
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET ROLE " + name + "_reader");
      assertThat(count(statement, "domain_events")).isEqualTo(1);
      assertThat(count(statement, "assets")).isEqualTo(1);
      for (String hidden : List.of("domain_events_0", "domain_events_1", "domain_events_2")) {
        assertThatThrownBy(() -> count(statement, hidden)).hasMessageContaining("permission");
      }
      statement.execute("SET ROLE " + name + "_writer");
      statement.execute(OLD_INSERT.formatted("by-writer"));
      assertThatThrownBy(() -> statement.execute(OLD_INSERT.formatted("old-7")))
          .as("an id that this role may not even see")
          .hasFieldOrPropertyWithValue("SQLState", "23505");
      assertThatThrownBy(
              () ->
                  statement.execute(
                      OLD_INSERT.formatted("no").replace("asset-service", "work-order-service")))
          .hasMessageContaining("row-level security");
      statement.execute("UPDATE domain_events SET processed_by = '{x}' WHERE false");
      statement.execute("RESET ROLE");
      statement.execute(
          "DROP OWNED BY %1$s_reader, %1$s_writer; DROP ROLE %1$s_reader, %1$s_writer, %1$s_owner"
              .formatted(name)
              .replace(
                  "DROP OWNED", "REVOKE SELECT ON services FROM " + name + "_owner; DROP OWNED"));
    }
  }

  private static int count(Statement statement, String table) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void saysWhyATableCannotBePartitioned() throws SQLException {
    database.execute(OLD_TABLE);
    database.execute(
        "CREATE TABLE notes (event text CONSTRAINT noted REFERENCES domain_events (event_id))");
    Migrations.migrate(database.pool());
    LogPartitions partitions = LogPartitions.of(database.pool());
    assertThatThrownBy(partitions::partition)
        .isInstanceOf(EventException.class)
        .hasMessageContaining("because the foreign key noted of notes points to it");
    assertThat(database.query("SELECT * FROM event_log_partitions")).isEmpty();
    database.execute("ALTER TABLE notes DROP CONSTRAINT noted");
    database.execute(OLD_INSERT.formatted("meanwhile"));
    partitions.partition();
    assertThat(database.query("SELECT event_id FROM domain_events")).containsExactly("meanwhile");
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
    database.execute("ALTER TABLE domain_events SET LOGGED");
    LogPartitions.of(database.pool()).partition();
    PostgresEventLog.create(database.pool()).close();
    database.execute("ALTER TABLE domain_events_0 SET UNLOGGED");
    assertThatThrownBy(() -> PostgresEventLog.create(database.pool()))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("unlogged");
  }
}
