package io.iworx.torture;

import io.iworx.postgres.ConnectionPool;
import io.iworx.postgres.Migrations;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * One round on a database of its own: workers publish and handle, faults strike one after the
 * other, all is mended, everything is delivered, and what is left is judged.
 */
final class Round {
  private static final int POLL_MILLIS = 100;

  /** Connections that migrating takes. */
  private static final int MIGRATING = 4;

  private final TortureOptions options;
  private final Server server;
  private final long seed;
  private final Path folder;
  private final String database;
  private final SplittableRandom random;
  private final List<Fault> struck = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  Round(TortureOptions options, Server server, long seed, Path folder, String database) {
    this.options = options;
    this.server = server;
    this.seed = seed;
    this.folder = folder;
    this.database = database;
    this.random = new SplittableRandom(seed);
  }

  RoundResult run() throws Exception {
    prepare();
    var takeovers = new Takeovers(server, database, options.lease());
    Duration quietAfter;
    try (var crew = new Crew(options, server, database, folder, random.split());
        var bystanders = Bystanders.of(server, database, folder);
        var _ = Operator.start(server, database, random.split())) {
      crew.complete();
      breakThings(
          new Scene(options, server, database, crew, random.split(), takeovers, bystanders));
      bystanders.settle();
      crew.stopPublishers();
      quietAfter = awaitQuiet();
      crew.stopSubscribers();
      crew.endedByThemselves()
          .forEach(it -> findings.add(new Finding(Broken.ENDED, it, "ended; see its log")));
    }
    findings.addAll(takeovers.findings());
    return judged(quietAfter, takeovers.longest());
  }

  private void prepare() throws SQLException {
    server.create(database);
    OwnDatabase.create(server, database, options.lease());
    try (var pool =
        ConnectionPool.open(
            server.jdbcUrl(database), server.user(), server.password(), MIGRATING)) {
      Migrations.migrate(pool);
    }
    try (var connection = server.connect(database);
        var statement = connection.createStatement()) {
      statement.execute(Rows.SCHEMA);
    }
  }

  /** Every fault once, in an order left to chance, and again, until the time is over. */
  private void breakThings(Scene scene) throws Exception {
    var end = System.nanoTime() + options.duration().toNanos();
    List<Fault> deck = new ArrayList<>();
    while (System.nanoTime() < end) {
      TimeUnit.NANOSECONDS.sleep(scene.between(200, 1_200).toNanos());
      if (deck.isEmpty()) {
        deck.addAll(options.faults().stream().sorted().toList());
        Collections.shuffle(deck, Random.from(scene.random()));
      }
      if (!deck.isEmpty() && System.nanoTime() < end) {
        var fault = deck.removeLast();
        struck.add(fault);
        fault.strike(scene);
      }
    }
  }

  private Duration awaitQuiet() throws SQLException, InterruptedException {
    var start = System.nanoTime();
    var open = Aftermath.open(server, database);
    while (!open.isEmpty() && System.nanoTime() - start < options.patience().toNanos()) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      open = Aftermath.open(server, database);
    }
    for (var what : open) {
      findings.add(
          new Finding(
              Broken.STUCK,
              what,
              "still open " + options.patience().toSeconds() + " s after all was mended"));
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private RoundResult judged(Duration quietAfter, Duration longestTakeover)
      throws IOException, SQLException {
    var evidence = Aftermath.collect(server, database, folder);
    findings.addAll(Verdict.on(evidence));
    return new RoundResult(
        seed,
        evidence.acknowledged(),
        evidence.unknown(),
        evidence.handled().values().stream().mapToLong(List::size).sum(),
        struck,
        quietAfter,
        longestTakeover,
        List.copyOf(findings));
  }
}
