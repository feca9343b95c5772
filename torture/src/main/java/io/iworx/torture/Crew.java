package io.iworx.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** The worker processes of a round. Used by one thread. */
final class Crew implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(30);

  /** Nobody's clock can be trusted: leases go by the database's. */
  private static final List<Duration> CLOCKS =
      List.of(Duration.ZERO, Duration.ofDays(1), Duration.ofDays(-1), Duration.ofSeconds(-7));

  private final TortureOptions options;
  private final Server server;
  private final String database;
  private final Path folder;
  private final SplittableRandom random;
  private final List<WorkerProcess> all = new ArrayList<>();
  private final List<WorkerProcess> publishers = new ArrayList<>();
  private final List<WorkerProcess> subscribers = new ArrayList<>();

  Crew(
      TortureOptions options,
      Server server,
      String database,
      Path folder,
      SplittableRandom random) {
    this.options = options;
    this.server = server;
    this.database = database;
    this.folder = folder;
    this.random = random;
  }

  List<WorkerProcess> publishers() {
    return publishers;
  }

  List<WorkerProcess> subscribers() {
    return subscribers;
  }

  /** Starts as many as are missing, ends those that are too many; returns when they work. */
  void complete() throws IOException, InterruptedException {
    forgetEnded();
    while (subscribers.size() > options.subscribers()) {
      subscribers.removeFirst().stop();
    }
    while (subscribers.size() < options.subscribers()) {
      join();
    }
    while (publishers.size() < options.publishers()) {
      start(Role.PUBLISHER, publishers);
    }
    await();
  }

  /** One more subscriber, which is not waited for. */
  void join() throws IOException {
    start(Role.SUBSCRIBER, subscribers);
  }

  /** Those that ended or are to end belong to the crew no longer. */
  void forgetEnded() {
    publishers.removeIf(it -> !it.isAlive() || it.isMeantToEnd());
    subscribers.removeIf(it -> !it.isAlive() || it.isMeantToEnd());
  }

  private void start(Role role, List<WorkerProcess> place) throws IOException {
    var name = (role == Role.PUBLISHER ? "p" : "s") + (all.size() + 1);
    var wire = role == Role.PUBLISHER ? server.publishersWire() : server.subscribersWire();
    var settings =
        new WorkerSettings(
            role,
            name,
            server.jdbcUrl(database, wire.port()),
            server.jdbcUrl(OwnDatabase.of(database), wire.port()),
            server.user(),
            folder,
            random.nextLong(),
            options.lease(),
            CLOCKS.get(random.nextInt(CLOCKS.size())),
            options.plants());
    var worker = WorkerProcess.start(settings, server.password());
    all.add(worker);
    place.add(worker);
  }

  private void await() throws InterruptedException {
    for (var worker : Stream.concat(publishers.stream(), subscribers.stream()).toList()) {
      if (!worker.isReady(START)) {
        throw new TortureException(
            "The worker "
                + worker.name()
                + " did not begin to work within "
                + START.toSeconds()
                + " s; see its log.",
            null);
      }
    }
  }

  void stopPublishers() throws InterruptedException {
    stop(publishers);
  }

  void stopSubscribers() throws InterruptedException {
    stop(subscribers);
  }

  private static void stop(List<WorkerProcess> workers) throws InterruptedException {
    workers.forEach(WorkerProcess::stop);
    for (var worker : workers) {
      worker.awaitEnd(END);
    }
    workers.clear();
  }

  /** Workers that ended though nobody made them. */
  List<String> endedByThemselves() {
    return all.stream().filter(WorkerProcess::endedByItself).map(WorkerProcess::name).toList();
  }

  @Override
  public void close() {
    all.forEach(WorkerProcess::close);
  }
}
