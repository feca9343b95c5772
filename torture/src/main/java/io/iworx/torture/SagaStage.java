package io.iworx.torture;

import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Where sagas are tortured: a server, the service they call, and two workers. Of one thread. */
final class SagaStage implements AutoCloseable {
  static final String DATABASE = "sagas";
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(30);
  private static final int WORKERS = 2;
  private static final int MIGRATING = 4;

  /** Nobody's clock can be trusted. */
  private static final List<Duration> CLOCKS =
      List.of(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(-1), Duration.ofSeconds(-7));

  private final SagaTortureOptions options;
  private final Path folder;
  private final SplittableRandom random;
  private final Server server;
  private final Gate gate;
  private final Outside outside;
  private final List<SagaWorker> workers = new ArrayList<>();
  private final List<String> endedByThemselves = new ArrayList<>();
  private int started;

  private SagaStage(
      SagaTortureOptions options, Path folder, SplittableRandom random, Server server, Gate gate)
      throws IOException {
    this.options = options;
    this.folder = folder;
    this.random = random;
    this.server = server;
    this.gate = gate;
    this.outside = Outside.open(gate);
  }

  static SagaStage open(SagaTortureOptions options, Path folder, SplittableRandom random)
      throws IOException, SQLException {
    Files.createDirectory(folder);
    var server = Server.start(folder.resolve("postgres"), options.binaries());
    var stage = new SagaStage(options, folder, random, server, new Gate());
    server.create(DATABASE);
    try (var pool =
        ConnectionPool.open(
            server.jdbcUrl(DATABASE), server.user(), server.password(), MIGRATING)) {
      Migrations.migrate(pool);
    }
    try (var connection = server.connect(DATABASE);
        var statement = connection.createStatement()) {
      statement.execute(SagaWorkload.SCHEMA);
    }
    return stage;
  }

  SagaTortureOptions options() {
    return options;
  }

  Server server() {
    return server;
  }

  Gate gate() {
    return gate;
  }

  Outside outside() {
    return outside;
  }

  /** Those that live, also while they stand still. */
  List<SagaWorker> workers() {
    return workers;
  }

  SagaWorker worker(String name) {
    return workers.stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new TortureException("No worker is called " + name + ".", null));
  }

  /** Starts as many as are missing, of one version; they are not waited for. */
  void startMissing() throws IOException {
    while (workers.size() < WORKERS) {
      start(List.of(1));
    }
  }

  /** One more worker, which is not waited for. */
  SagaWorker start(List<Integer> versions) throws IOException {
    started++;
    var worker =
        SagaWorker.start(
            "w" + started, this, versions, CLOCKS.get(random.nextInt(CLOCKS.size())), folder);
    workers.add(worker);
    return worker;
  }

  /** Waits until all of them work. */
  void awaitReady() throws InterruptedException {
    for (var worker : workers) {
      if (!worker.process().isReady(START)) {
        throw new TortureException(
            "The worker %s did not begin to work within %d s; see its log."
                .formatted(worker.name(), START.toSeconds()),
            null);
      }
    }
  }

  /** As {@code kill -9} does. */
  void kill(SagaWorker worker) throws InterruptedException {
    workers.remove(worker);
    worker.process().kill();
    worker.close();
  }

  /** Those that ended though nobody made them are replaced, and named in the end. */
  void replaceEnded() {
    for (var worker : List.copyOf(workers)) {
      if (!worker.process().isAlive()) {
        endedByThemselves.add(worker.name());
        workers.remove(worker);
        worker.close();
      }
    }
  }

  /** Has all of them finish what is under way. */
  List<String> stop() throws InterruptedException {
    replaceEnded();
    workers.forEach(it -> it.process().stop());
    for (var worker : workers) {
      worker.process().awaitEnd(END);
      worker.close();
    }
    workers.clear();
    return List.copyOf(endedByThemselves);
  }

  @Override
  public void close() {
    workers.forEach(SagaWorker::close);
    outside.close();
    server.close();
  }
}
