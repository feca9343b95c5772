package io.iworx.torture;

import io.iworx.eventbus.EventBus;
import io.iworx.eventbus.EventBusOptions;
import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.PostgresEventLog;
import io.iworx.postgres.PostgresSagaStore;
import io.iworx.sagas.RetryPolicy;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaException;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The worker process of sagas: one instance of a service, to be killed. */
public final class SagaWorkerMain {
  /** Followed by a path and a saga's name; answered by {@link #STARTED} or {@link #REFUSED}. */
  static final String START = "start";

  /** Followed by how far the clock jumps. */
  static final String JUMP = "jump";

  static final String STARTED = "started";
  static final String REFUSED = "refused";

  private static final int CONNECTIONS = 6;
  private static final int ORPHANED = 3;

  private static final RetryPolicy QUICK =
      new RetryPolicy(9, Duration.ofMillis(20), Duration.ofSeconds(1));

  private final LeapingClock clock;
  private final SagaDefinition<SagaWorkload.Task, String> definition;

  private SagaWorkerMain(LeapingClock clock, SagaDefinition<SagaWorkload.Task, String> definition) {
    this.clock = clock;
    this.definition = definition;
  }

  /** Works until it is told to stop, or killed. */
  public static void main(String[] words) throws Exception {
    var settings = SagaWorkerSettings.of(List.of(words));
    var password = Objects.requireNonNullElse(System.getenv(WorkerSettings.PASSWORD), "");
    var clock = LeapingClock.wrongBy(settings.clockOffset());
    try (var pool =
            ConnectionPool.open(settings.jdbcUrl(), settings.user(), password, CONNECTIONS);
        var log = PostgresEventLog.create(pool);
        var bus =
            EventBus.create(
                "torture", log, EventBusOptions.defaults().withLease(settings.lease()));
        var sagas =
            Sagas.create(
                bus,
                settings.plant().spoil(PostgresSagaStore.create(pool)),
                SagasOptions.defaults()
                    .withInstance(settings.name())
                    .withLease(settings.lease())
                    .withStepRetry(QUICK)
                    .withCompensationRetry(QUICK)
                    .withClock(clock))) {
      var workload = new SagaWorkload(settings.name(), settings.outside(), pool, settings.plant());
      var defined = settings.versions().stream().map(it -> workload.define(sagas, it)).toList();
      say(Orders.READY);
      new SagaWorkerMain(clock, defined.getFirst()).obey();
    }
    System.exit(0);
  }

  private void obey() throws IOException {
    // Reading a pipe holds the thread: this is one of the platform.
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = lines.readLine(); line != null; line = lines.readLine()) {
      var words = List.of(line.split(" "));
      switch (words.getFirst()) {
        case START -> start(new SagaWorkload.Task(words.get(2), SagaPath.valueOf(words.get(1))));
        case JUMP -> clock.jump(Duration.parse(words.get(1)));
        case Orders.STOP -> {
          return;
        }
        default -> throw new IOException("Nobody knows the order " + line);
      }
    }
    // The harness is gone.
    Runtime.getRuntime().halt(ORPHANED);
  }

  private void start(SagaWorkload.Task task) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                definition.start(task.name(), task);
                say(STARTED + " " + task.name());
              } catch (SagaException e) {
                say(REFUSED + " " + task.name());
              }
            });
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
