package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.eventbus.EventConflictException;
import io.iworx.eventbus.EventException;
import io.iworx.eventbus.InvalidEventException;
import io.iworx.eventbus.spi.Draft;
import io.iworx.eventbus.spi.LogEntry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong in a batch is the affair of the caller whose event it is. */
@ParameterizedClass
@EnumSource(TestServer.class)
class GroupCommitIT {
  private static final int OTHERS = 20;
  private static final Duration SHORT = Duration.ofMillis(400);

  @RegisterExtension final TestDatabase database;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  GroupCommitIT(TestServer server) {
    database = TestDatabase.migrated(server);
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    threads.close();
  }

  private static Draft draft(String id) {
    return draft(id, "a.b", "{\"id\":\"" + id + "\"}");
  }

  private static Draft draft(String id, String type, String payload) {
    return new Draft(id, type, "test", Correlation.of("c"), null, payload, "{}");
  }

  private static GroupCommit groupCommit(Gate gate, PublishOptions options) {
    return new GroupCommit(gate.dataSource(), options, () -> {});
  }

  private Future<List<LogEntry>> append(GroupCommit groupCommit, Draft... drafts) {
    return threads.submit(() -> groupCommit.append(List.of(drafts)));
  }

  /** Appends by a caller each, who all wait for the first of them: the rest is one batch. */
  private List<Future<List<LogEntry>>> others(GroupCommit groupCommit, int waiting) {
    List<Future<List<LogEntry>>> others = new ArrayList<>();
    for (int i = 0; i < OTHERS; i++) {
      others.add(append(groupCommit, draft("other-" + i)));
    }
    awaitWaiting(groupCommit, waiting);
    return others;
  }

  private static void awaitWaiting(GroupCommit groupCommit, int events) {
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> groupCommit.waiting() == events);
  }

  private static void assertStored(List<Future<List<LogEntry>>> others) throws Exception {
    for (Future<List<LogEntry>> other : others) {
      assertThat(other.get()).hasSize(1);
    }
  }

  private List<@Nullable String> ids() throws SQLException {
    return database.query("SELECT event_id FROM domain_events ORDER BY position");
  }

  private static PublishOptions patient() {
    return PublishOptions.defaults().withDeadline(Duration.ofSeconds(60));
  }

  @Test
  void writesAllWhoWaitWithOneCommit() throws Exception {
    Gate gate = new Gate(database.pool());
    GroupCommit groupCommit = groupCommit(gate, patient());
    List<Future<List<LogEntry>>> others = others(groupCommit, OTHERS - 1);
    gate.open();
    assertStored(others);
    assertThat(database.query("SELECT count(DISTINCT xmin::text) FROM domain_events"))
        .containsExactly("1");
    assertThat(ids()).hasSize(OTHERS);
  }

  @Test
  void takesNoMoreThanTheLimitIntoABatch() throws Exception {
    Gate gate = new Gate(database.pool());
    GroupCommit groupCommit = groupCommit(gate, patient().withMaxBatchEvents(5));
    List<Future<List<LogEntry>>> others = others(groupCommit, OTHERS - 1);
    gate.open();
    assertStored(others);
    assertThat(
            database.query(
                "SELECT DISTINCT count(*) FROM domain_events GROUP BY xmin::text ORDER BY 1"))
        .containsExactly("5");
  }

  @Test
  void aTransactionThatHoldsAnIdDelaysOnlyItsOwnCaller() throws Exception {
    Gate gate = new Gate(database.pool());
    GroupCommit groupCommit = groupCommit(gate, patient());
    try (Connection holder = database.connect()) {
      holder.setAutoCommit(false);
      Appender.appendIn(holder, List.of(draft("held")));
      Future<List<LogEntry>> held = append(groupCommit, draft("held"));
      List<Future<List<LogEntry>>> others = others(groupCommit, OTHERS);
      gate.open();
      assertStored(others);
      assertThat(held.isDone()).isFalse();
      assertStored(List.of(append(groupCommit, draft("later"))));
      holder.rollback();
      assertThat(held.get()).hasSize(1);
    }
    assertThat(ids()).hasSize(OTHERS + 2).contains("held").doesNotHaveDuplicates();
  }

  @Test
  void anIdThatIsHeldTooLongIsAnErrorThatSaysSo() throws Exception {
    Gate gate = new Gate(database.pool());
    gate.open();
    GroupCommit groupCommit = groupCommit(gate, PublishOptions.defaults().withDeadline(SHORT));
    try (Connection holder = database.connect()) {
      holder.setAutoCommit(false);
      Appender.appendIn(holder, List.of(draft("held")));
      assertThatThrownBy(() -> groupCommit.append(List.of(draft("held"))))
          .isInstanceOf(EventException.class)
          .hasMessageContaining("Event held was not appended")
          .hasMessageContaining("open transaction");
      holder.rollback();
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void aRowThatCannotBeStoredFailsOnlyItsOwnCaller() throws Exception {
    Gate gate = new Gate(database.pool());
    GroupCommit groupCommit = groupCommit(gate, patient());
    Future<List<LogEntry>> poisoned = append(groupCommit, draft("poison", "a.b", "{"));
    Future<List<LogEntry>> huge = append(groupCommit, draft("number", "a.b", "{\"n\":1e999999}"));
    List<Future<List<LogEntry>>> others = others(groupCommit, OTHERS + 1);
    gate.open();
    assertStored(others);
    for (Future<List<LogEntry>> refused : List.of(poisoned, huge)) {
      assertThatThrownBy(refused::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InvalidEventException.class);
    }
    assertThat(ids()).hasSize(OTHERS);
  }

  @Test
  void anIdThatIsTakenIsAConflictOfItsOwnCallerAlone() throws Exception {
    database.execute(
        "INSERT INTO domain_events (event_id, event_type, service_name, payload) VALUES ('taken', 'x', 'old', '{}')");
    Gate gate = new Gate(database.pool());
    GroupCommit groupCommit = groupCommit(gate, patient());
    Future<List<LogEntry>> taken = append(groupCommit, draft("taken"));
    Awaitility.await().until(groupCommit::isWriting); // it leads, whoever comes next waits
    Future<List<LogEntry>> all = append(groupCommit, draft("first"), draft("taken"));
    List<Future<List<LogEntry>>> others = others(groupCommit, OTHERS + 2);
    gate.open();
    assertStored(others);
    for (Future<List<LogEntry>> refused : List.of(taken, all)) {
      assertThatThrownBy(refused::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(EventConflictException.class);
    }
    assertThat(ids()).hasSize(OTHERS + 1).doesNotContain("first");
  }

  @Test
  void whatIsThereAlreadyIsFoundWithoutHurtingTheBatch() throws Exception {
    Gate gate = new Gate(database.pool());
    gate.open();
    GroupCommit before = groupCommit(gate, patient());
    long position = before.append(List.of(draft("other-3"))).getFirst().position();
    Gate second = new Gate(database.pool());
    GroupCommit groupCommit = groupCommit(second, patient());
    List<Future<List<LogEntry>>> others = others(groupCommit, OTHERS - 1);
    second.open();
    assertStored(others);
    assertThat(others.get(3).get().getFirst().position()).isEqualTo(position);
    assertThat(ids()).hasSize(OTHERS);
  }

  @Test
  void aFullQueueIsAnErrorAfterTheDeadlineAndStoresNothing() throws Exception {
    Gate gate = new Gate(database.pool());
    GroupCommit groupCommit =
        groupCommit(gate, PublishOptions.defaults().withDeadline(SHORT).withMaxQueuedEvents(2));
    Future<List<LogEntry>> leader = append(groupCommit, draft("leader"));
    Awaitility.await().until(groupCommit::isWriting);
    List<Future<List<LogEntry>>> late = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      late.add(append(groupCommit, draft("late-" + i)));
    }
    awaitWaiting(groupCommit, 2);
    for (Future<List<LogEntry>> each : late) {
      assertThatThrownBy(each::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(EventException.class)
          .hasMessageContaining("did not come to its turn in time");
    }
    assertThat(groupCommit.waiting()).isZero();
    gate.open();
    assertThat(leader.get()).hasSize(1);
    assertThat(ids()).containsExactly("leader");
  }

  @Test
  void anInterruptedCallerLeavesTheQueue() throws Exception {
    Gate gate = new Gate(database.pool());
    GroupCommit groupCommit = groupCommit(gate, patient());
    Future<List<LogEntry>> leader = append(groupCommit, draft("leader"));
    Awaitility.await().until(groupCommit::isWriting);
    Future<List<LogEntry>> impatient = append(groupCommit, draft("impatient"));
    awaitWaiting(groupCommit, 1);
    impatient.cancel(true);
    awaitWaiting(groupCommit, 0);
    gate.open();
    leader.get();
    assertThat(ids()).containsExactly("leader");
  }

  @Test
  void anExhaustedPoolIsAnErrorThatSaysSo() throws Exception {
    try (ConnectionPool pool = database.openPool(1);
        Connection all = pool.getConnection()) {
      GroupCommit groupCommit =
          new GroupCommit(pool, PublishOptions.defaults().withDeadline(SHORT), () -> {});
      assertThatThrownBy(() -> groupCommit.append(List.of(draft("starved"))))
          .isInstanceOf(EventException.class)
          .hasMessageContaining("Event starved was not appended")
          .hasMessageContaining("no connection");
      assertThat(all.isClosed()).isFalse();
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void aStatementTimeoutHitsOnlyTheRowThatIsSlow() throws Exception {
    database.execute(
        """
        CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
        CREATE TRIGGER slow BEFORE INSERT ON domain_events
        FOR EACH ROW WHEN (NEW.event_type = 'slow') EXECUTE FUNCTION slow()
        """);
    database.execute(
        "ALTER ROLE CURRENT_USER IN DATABASE "
            + database.name()
            + " SET statement_timeout = '500ms'");
    try (ConnectionPool pool = database.openPool(8)) {
      Gate gate = new Gate(pool);
      GroupCommit groupCommit = groupCommit(gate, patient());
      Future<List<LogEntry>> slow = append(groupCommit, draft("slow", "slow", "{}"));
      List<Future<List<LogEntry>>> others = others(groupCommit, OTHERS);
      gate.open();
      assertStored(others);
      assertThatThrownBy(slow::get)
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("Event slow was not appended")
          .hasMessageContaining("57014");
    }
    assertThat(ids()).hasSize(OTHERS);
  }

  /** The server's own answer to a full disk, given by a trigger: a full disk hurts the machine. */
  @Test
  void aFullDiskIsWaitedOutOrSaidSo() throws Exception {
    database.execute(
        """
        CREATE TABLE disk (room boolean);
        INSERT INTO disk VALUES (false);
        CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
          IF NOT (SELECT room FROM disk) THEN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON domain_events FOR EACH ROW EXECUTE FUNCTION full_disk()
        """);
    Gate gate = new Gate(database.pool());
    gate.open();
    GroupCommit hasty = groupCommit(gate, PublishOptions.defaults().withDeadline(SHORT));
    assertThatThrownBy(() -> hasty.append(List.of(draft("lost"))))
        .isInstanceOf(EventException.class)
        .hasMessageContaining("Event lost was not appended, because the disk");
    Future<List<LogEntry>> waiting = append(groupCommit(gate, patient()), draft("waiting"));
    database.execute("UPDATE disk SET room = true");
    assertThat(waiting.get()).hasSize(1);
    assertThat(ids()).containsExactly("waiting");
  }
}
