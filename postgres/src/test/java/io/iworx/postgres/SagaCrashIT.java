package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Uuid7;
import io.iworx.eventbus.EventBus;
import io.iworx.postgres.CrashingSagas.Moments;
import io.iworx.postgres.CrashingSagas.OutsideService;
import io.iworx.sagas.RetryPolicy;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import io.iworx.testing.Effects;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A process runs a saga and is killed at a moment; this one, on the same database, ends the saga;
 * then the effects are counted. Every moment from the first to the one that the process survives.
 */
class SagaCrashIT {
  @RegisterExtension static final SagaDatabase DATABASE = new SagaDatabase();

  private static final Duration SOON = Duration.ofSeconds(20);

  private Effects effects;
  private PostgresEventLog log;
  private EventBus bus;

  @BeforeEach
  void open() throws SQLException {
    effects = Effects.in(DATABASE.pool());
    try (var connection = DATABASE.pool().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS outside_keys (key text PRIMARY KEY)");
    }
    log = PostgresEventLog.create(DATABASE.pool());
    bus = EventBus.create("surviving", log);
  }

  @AfterEach
  void close() {
    bus.close();
    log.close();
  }

  @Test
  void goesForwardFromEveryMomentWithEachEffectOnce() throws Exception {
    var base = "crash-forward-" + Uuid7.next();
    var last = crashUntilSurvived(base);

    assertThat(last).isGreaterThan(12);
    for (var moment = 1; moment <= last; moment++) {
      assertThat(effectsAfter(base, moment, SagaResult.Completed.class))
          .as("killed at moment %d", moment)
          .containsExactly("close", "create", "event", "notify", "reserve");
    }
  }

  @Test
  void undoesFromEveryMomentWithEachEffectOnce() throws Exception {
    var base = "crash-undo-" + Uuid7.next();
    var last = crashUntilSurvived(base);

    assertThat(last).isGreaterThan(16);
    for (var moment = 1; moment <= last; moment++) {
      assertThat(effectsAfter(base, moment, SagaResult.Compensated.class))
          .as("killed at moment %d", moment)
          .containsExactly(
              "create", "event", "notify", "reserve", "undo create", "undo notify", "undo reserve");
    }
  }

  @Test
  void whatMayHaveHappenedIsNeverTakenForUndone() throws Exception {
    var base = "crash-lost-" + Uuid7.next();
    var last = crashUntilSurvived(base);
    var ends = EnumSet.noneOf(SagaState.class);
    for (var moment = 1; moment <= last; moment++) {
      var definition = base + "-" + moment;
      var run = endRefusing(definition);
      var saga = PostgresSagaStore.create(DATABASE.pool()).find(run.id()).orElseThrow();
      ends.add(saga.state());
      var happened = happened(definition, run);
      for (var step : List.of("create", "reserve", "notify")) {
        var done = Collections.frequency(happened, step);
        var undone = Collections.frequency(happened, "undo " + step);
        assertThat(done).as("killed at moment %d: %s", moment, happened).isLessThanOrEqualTo(1);
        if (saga.state() == SagaState.COMPENSATED) {
          assertThat(undone).as("%s, killed at moment %d", step, moment).isEqualTo(done);
        }
      }
    }
    assertThat(ends).contains(SagaState.STUCK, SagaState.COMPENSATED, SagaState.COMPLETED);
  }

  @Test
  void anotherInstanceGoesOnWithinTwoSecondsOfTheLease() throws Exception {
    var lease = Duration.ofSeconds(4);
    var base = "crash-lease-" + Uuid7.next();
    assertThat(survived(start(base, 7, lease))).isFalse();
    var killed = System.nanoTime();
    // This instance looks every ten seconds by itself.
    try (var sagas =
        Sagas.create(
            bus,
            PostgresSagaStore.create(DATABASE.pool()),
            SagasOptions.defaults().withLease(Duration.ofSeconds(30)))) {
      var definition = base + "-7";
      var saga =
          CrashingSagas.define(
              sagas, definition, new OutsideService(DATABASE.pool(), false), Moments.harmless());
      var run = saga.start(definition, CrashingSagas.input(definition));
      assertThat(run.await(SOON)).isInstanceOf(SagaResult.Completed.class);
      assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(lease.plusSeconds(2));
    }
  }

  @Test
  void theCountNoticesAnOutsideCallThatForgetsItsKey() throws Exception {
    var base = "crash-forgetful-" + Uuid7.next();
    // After the first outside call, before its record: the only moments that tell.
    var found = new ArrayList<String>();
    for (var moment = 7; moment <= 9; moment++) {
      assertThat(survived(start(base, moment))).isFalse();
      found.addAll(effectsAfter(base, moment, SagaResult.Completed.class));
    }

    assertThat(found.stream().filter("reserve"::equals)).hasSizeGreaterThan(3);
  }

  /** Ends the saga here; returns what has happened by then, each as often as it happened. */
  private List<String> effectsAfter(String base, int moment, Class<?> expected)
      throws SQLException {
    var definition = base + "-" + moment;
    try (var sagas =
        Sagas.create(
            bus,
            PostgresSagaStore.create(DATABASE.pool()),
            SagasOptions.defaults().withLease(Duration.ofSeconds(1)))) {
      var saga =
          CrashingSagas.define(
              sagas, definition, new OutsideService(DATABASE.pool(), false), Moments.harmless());
      // The starter asks again with the same key: also for a start that the crash swallowed.
      var run = saga.start(definition, CrashingSagas.input(definition));
      assertThat(run.await(SOON)).as("killed at moment %d", moment).isInstanceOf(expected);
      return happened(definition, run);
    }
  }

  /** Ends the saga here while every step is refused, but no compensation. */
  private SagaRun<?> endRefusing(String definition) {
    var quick = new RetryPolicy(3, Duration.ofMillis(1), Duration.ofMillis(2));
    try (var sagas =
        Sagas.create(
            bus,
            PostgresSagaStore.create(DATABASE.pool()),
            SagasOptions.defaults()
                .withLease(Duration.ofSeconds(1))
                .withStepRetry(quick)
                .withCompensationRetry(quick))) {
      var saga =
          CrashingSagas.define(
              sagas, definition, new OutsideService(DATABASE.pool(), true), Moments.harmless());
      var run = saga.start(definition, CrashingSagas.input(definition));
      assertThat(run.await(SOON)).isNotInstanceOf(SagaResult.Running.class);
      return run;
    }
  }

  private List<String> happened(String key, SagaRun<?> run) throws SQLException {
    var all = new ArrayList<String>();
    for (var step : List.of("create", "reserve", "notify", "close")) {
      for (var name : List.of(step, "undo " + step)) {
        all.addAll(Collections.nCopies((int) effects.count(key + " " + name), name));
      }
    }
    all.addAll(Collections.nCopies(events(run.id()), "event"));
    Collections.sort(all);
    return all;
  }

  /** From the table itself: a reader sees an event only when nothing before it can come late. */
  private static int events(String sagaId) throws SQLException {
    try (var connection = DATABASE.pool().getConnection();
        var statement =
            connection.prepareStatement(
                "SELECT count(*) FROM domain_events WHERE causation_id = ?")) {
      statement.setString(1, sagaId);
      try (var rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  /** Processes die at moment 1, 2, 3, … until one lives through all its moments. */
  private static int crashUntilSurvived(String base) throws Exception {
    for (var moment = 1; ; moment += 2) {
      // Two at a time: starting a JVM is most of the work.
      var one = start(base, moment);
      var two = start(base, moment + 1);
      var survived = survived(one);
      survived |= survived(two);
      if (survived) {
        return moment + 1;
      }
    }
  }

  private static Process start(String base, int moment) throws Exception {
    return start(base, moment, Duration.ofMillis(300));
  }

  private static Process start(String base, int moment, Duration lease) throws Exception {
    var server = DATABASE.server();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            CrashingSagas.class.getName(),
            server.jdbcUrl(),
            server.user(),
            server.password(),
            base + "-" + moment,
            Integer.toString(moment),
            Long.toString(lease.toMillis()))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static boolean survived(Process process) throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("A process neither died nor ended.");
    }
    assertThat(process.exitValue()).isIn(0, CrashingSagas.KILLED);
    return process.exitValue() == 0;
  }
}
