package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.spi.Draft;
import io.iworx.postgres.LogHealth.Hold;
import io.iworx.postgres.LogHealth.Holder;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever holds the log up is named. */
@ParameterizedClass
@EnumSource(TestServer.class)
class LogHealthIT {
  @RegisterExtension final TestDatabase database;

  LogHealthIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  private LogHealth health() throws SQLException {
    return LogHealth.of(database.pool(), Duration.ZERO, Duration.ZERO);
  }

  private Connection session(String application) throws SQLException {
    Connection connection = database.connect();
    execute(connection, "SET application_name = '" + application + "'");
    connection.setAutoCommit(false);
    return connection;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void namesTheSessionThatHasPublishedAndNotCommitted() throws SQLException {
    try (PostgresEventLog log = PostgresEventLog.create(database.pool());
        Connection publisher = session("slow-importer")) {
      log.appendIn(
          publisher, List.of(new Draft("e", "a", "s", Correlation.fresh(), null, "{}", "{}")));
      assertThat(health().holders())
          .filteredOn(it -> it.application().equals("slow-importer"))
          .singleElement()
          .satisfies(
              it -> {
                assertThat(it.hold()).isEqualTo(Hold.PUBLISHING);
                assertThat(it.pid()).isPositive();
                assertThat(it.state()).isEqualTo("idle in transaction");
                assertThat(it.query()).contains("domain_events");
                assertThat(it.age()).isLessThan(Duration.ofMinutes(1));
              });
      assertThat(LogHealth.of(database.pool(), Duration.ofHours(1), Duration.ofHours(1)).holders())
          .isEmpty();
      publisher.rollback();
      assertThat(health().holders()).noneMatch(it -> it.hold() == Hold.PUBLISHING);
    }
  }

  @Test
  void namesThePreparedTransactionThatWroteToTheLog() throws SQLException {
    try (Connection publisher = session("two-phase")) {
      execute(
          publisher,
          "INSERT INTO domain_events (event_type, service_name, payload) VALUES ('a', 's', '{}')");
      execute(publisher, "PREPARE TRANSACTION 'forgotten'");
    }
    try {
      assertThat(health().holders())
          .filteredOn(it -> it.prepared() != null)
          .singleElement()
          .satisfies(
              it -> {
                assertThat(it.prepared()).isEqualTo("forgotten");
                assertThat(it.hold()).isEqualTo(Hold.PUBLISHING);
                assertThat(it.state()).isEqualTo("prepared");
              });
    } finally {
      database.execute("ROLLBACK PREPARED 'forgotten'");
    }
  }

  @Test
  void namesTheForeignTransactionThatStopsPruning() throws SQLException {
    database.execute("CREATE TABLE elsewhere (n integer)");
    try (Connection report = session("nightly-report")) {
      execute(report, "INSERT INTO elsewhere VALUES (1)");
      assertThat(health().holders())
          .filteredOn(it -> it.application().equals("nightly-report"))
          .extracting(Holder::hold)
          .containsExactly(Hold.STOPPING_PRUNING);
    }
  }

  @Test
  void namesTheSessionThatBlocksWriters() throws Exception {
    try (Connection altering = session("schema-change");
        Connection writer = session("writer");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      execute(altering, "LOCK TABLE domain_events IN ACCESS EXCLUSIVE MODE");
      Future<?> waiting =
          threads.submit(
              () -> {
                execute(
                    writer,
                    "INSERT INTO domain_events (event_type, service_name, payload) VALUES ('a', 's', '{}')");
                return null;
              });
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(health().holders())
                      .filteredOn(it -> it.hold() == Hold.BLOCKING)
                      .extracting(Holder::application)
                      .containsExactly("schema-change"));
      altering.rollback();
      waiting.get();
    }
  }

  @Test
  void tellsSizesAndAges() throws SQLException {
    LogHealth health = health();
    assertThat(health.noticeQueue()).isBetween(0.0, 0.01);
    assertThat(health.transactionAge()).isBetween(1L, 100_000_000L);
    assertThat(health.logBytes()).isPositive();
    assertThat(health.checkpointBytes()).isPositive();
  }
}
