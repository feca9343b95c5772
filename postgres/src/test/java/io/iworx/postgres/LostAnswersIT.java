package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer that never comes is settled by asking again with the same id. */
@ParameterizedClass
@EnumSource(TestServer.class)
class LostAnswersIT {
  private static final String INSERT = "INSERT INTO domain_events";

  @RegisterExtension final TestDatabase database;

  LostAnswersIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  private static Draft draft(String id) {
    return new Draft(id, "a.b", "test", Correlation.of("c"), null, "{}", "{}");
  }

  private List<@Nullable String> ids() throws SQLException {
    return database.query("SELECT event_id FROM domain_events ORDER BY position");
  }

  private static GroupCommit groupCommit(ConnectionPool pool) {
    return new GroupCommit(
        pool, PublishOptions.defaults().withDeadline(Duration.ofSeconds(30)), () -> {});
  }

  /** Byte by byte at the beginning, where each answer is one of another kind, and in its middle. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 5, 6, 9, 10, 11, 60, 100})
  void anAnswerCutAnywhereIsSettled(int bytes) throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(database.port(), INSERT);
        ConnectionPool pool = database.openPoolThrough(proxy.port(), 4)) {
      GroupCommit groupCommit = groupCommit(pool);
      proxy.cutNextAnswerAfter(bytes);
      List<LogEntry> entries = groupCommit.append(List.of(draft("e")));
      assertThat(proxy.cuts()).isEqualTo(1);
      assertThat(entries).hasSize(1);
      assertThat(database.query("SELECT position FROM domain_events WHERE event_id = 'e'"))
          .containsExactly(Long.toString(entries.getFirst().position()));
    }
  }

  @Test
  void aRequestThatNeverArrivedIsSentAgain() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(database.port(), INSERT);
        ConnectionPool pool = database.openPoolThrough(proxy.port(), 4)) {
      GroupCommit groupCommit = groupCommit(pool);
      proxy.cutBeforeNextRequest();
      assertThat(groupCommit.append(List.of(draft("e")))).hasSize(1);
      assertThat(proxy.cuts()).isEqualTo(1);
      assertThat(ids()).containsExactly("e");
    }
  }

  /** Several events of one caller commit with a COMMIT of their own. */
  @ParameterizedTest
  @ValueSource(ints = {0, 5, 11})
  void aCommitWithoutAnswerIsSettled(int bytes) throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(database.port(), "COMMIT");
        ConnectionPool pool = database.openPoolThrough(proxy.port(), 4)) {
      GroupCommit groupCommit = groupCommit(pool);
      proxy.cutNextAnswerAfter(bytes);
      List<LogEntry> entries = groupCommit.append(List.of(draft("a"), draft("b"), draft("c")));
      assertThat(proxy.cuts()).isEqualTo(1);
      assertThat(entries).extracting(LogEntry::id).containsExactly("a", "b", "c");
      assertThat(ids()).containsExactly("a", "b", "c");
    }
  }

  @Test
  void anImmediateStopKeepsWhatWasAcknowledgedAndDoublesNothing(@TempDir Path folder)
      throws Exception {
    EmbeddedPostgres first = EmbeddedPostgres.start(folder.resolve("data"));
    AtomicBoolean over = new AtomicBoolean();
    Map<String, String> outcomes = new ConcurrentHashMap<>();
    try (CuttingProxy proxy = new CuttingProxy(first.port(), "never")) {
      String url = first.jdbcUrl().replace(":" + first.port() + "/", ":" + proxy.port() + "/");
      try (ConnectionPool pool = ConnectionPool.open(url, first.user(), first.password(), 8);
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Migrations.migrate(pool);
        GroupCommit groupCommit = groupCommit(pool);
        List<Future<?>> publishers = new ArrayList<>();
        for (int number = 0; number < 8; number++) {
          String publisher = "p" + number + "-";
          publishers.add(threads.submit(() -> publish(groupCommit, publisher, over, outcomes)));
        }
        EmbeddedPostgres second;
        try {
          awaitOutcomes(outcomes, 200);
          stopAtOnce(folder.resolve("data"), first.port());
          first.close();
          second = EmbeddedPostgres.start(folder.resolve("data"));
          proxy.target(second.port());
          awaitOutcomes(outcomes, outcomes.size() + 200);
        } finally {
          over.set(true);
        }
        for (Future<?> publisher : publishers) {
          publisher.get();
        }
        assertKept(pool, outcomes);
        second.close();
      }
    }
  }

  private static void publish(
      GroupCommit groupCommit, String prefix, AtomicBoolean over, Map<String, String> outcomes) {
    for (int n = 0; !over.get(); n++) {
      String id = prefix + n;
      try {
        groupCommit.append(List.of(draft(id)));
        outcomes.put(id, "stored");
      } catch (EventException e) {
        outcomes.put(id, String.valueOf(e.getMessage()));
      }
    }
  }

  private static void awaitOutcomes(Map<String, String> outcomes, int count) {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> outcomes.size() >= count);
  }

  /** What {@code pg_ctl stop -m immediate} does: no checkpoint, recovery at the next start. */
  private static void stopAtOnce(Path data, int port) throws IOException, InterruptedException {
    String pid = Files.readAllLines(data.resolve("cluster/postmaster.pid")).getFirst().strip();
    assertThat(new ProcessBuilder("kill", "-QUIT", pid).start().waitFor()).isZero();
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> refuses(port));
  }

  private static boolean refuses(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (IOException e) {
      return true;
    }
  }

  private static void assertKept(ConnectionPool pool, Map<String, String> outcomes)
      throws SQLException {
    List<String> stored = new ArrayList<>();
    Transactions.alone(
        pool,
        connection -> {
          try (var statement = connection.createStatement();
              var row = statement.executeQuery("SELECT event_id FROM domain_events")) {
            while (row.next()) {
              stored.add(row.getString(1));
            }
          }
          return null;
        });
    assertThat(stored).doesNotHaveDuplicates();
    outcomes.forEach(
        (id, outcome) -> {
          if (outcome.equals("stored")) {
            assertThat(stored).as("acknowledged").contains(id);
          } else if (!outcome.contains("may or may not be in the log")) {
            assertThat(stored).as(outcome).doesNotContain(id);
          }
        });
  }
}
