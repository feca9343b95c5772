package io.iworx.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.spi.Checkpoint;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.Slice;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Counts what readers lose, repeat or mix up in a storm of publishers. */
@ParameterizedClass
@EnumSource(TestServer.class)
class CommitSafeReadingIT {
  private static final Duration STORM = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int LIMIT = 100;

  private final TestServer server;
  @RegisterExtension final TestDatabase database;
  private final AtomicBoolean stormOver = new AtomicBoolean();

  CommitSafeReadingIT(TestServer server) {
    this.server = server;
    this.database = TestDatabase.migrated(server);
  }

  /** One way to read on from a position. */
  private interface Reader {
    Slice next(Checkpoint from) throws Exception;
  }

  @Test
  void losesNothingWhereANaiveReaderDoes() throws Exception {
    long seed = System.nanoTime();
    System.out.println("Publisher storm on " + server + ", seed " + seed);
    try (ConnectionPool other = database.openPool(10);
        ConnectionPool third = database.openPool(10);
        PostgresEventLog log = PostgresEventLog.create(database.pool());
        PostgresEventLog elsewhere = PostgresEventLog.create(other);
        PostgresEventLog deaf =
            PostgresEventLog.create(third, PostgresEventLogOptions.defaults().withNotices(false));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      PublisherStorm storm = new PublisherStorm(database, log, seed);
      Future<ReaderTally> here = threads.submit(() -> follow("here", storm, waiting(log)));
      Future<ReaderTally> there =
          threads.submit(() -> follow("elsewhere", storm, waiting(elsewhere)));
      Future<ReaderTally> polling = threads.submit(() -> follow("polling", storm, waiting(deaf)));
      Future<ReaderTally> naive = threads.submit(() -> follow("naive", storm, this::naive));
      storm.run(STORM);
      stormOver.set(true);

      for (Future<ReaderTally> reader : List.of(here, there, polling)) {
        ReaderTally.Verdict verdict = reader.get().against(storm.committed());
        System.out.println(verdict);
        assertThat(verdict.isRight()).as("%s, seed %d", verdict, seed).isTrue();
      }
      ReaderTally.Verdict planted = naive.get().against(storm.committed());
      System.out.println(planted);
      assertThat(planted.lost()).as("the harness sees a reader that loses").isPositive();
    }
  }

  /** Reads until everything committed was seen, or too long after the storm. */
  private ReaderTally follow(String name, PublisherStorm storm, Reader reader) throws Exception {
    ReaderTally tally = new ReaderTally(name);
    Checkpoint position = Checkpoint.BEGINNING;
    long end = Long.MAX_VALUE;
    while (System.nanoTime() < end) {
      boolean over = stormOver.get();
      Slice slice = reader.next(position);
      slice.entries().forEach(tally::take);
      position = slice.upTo();
      if (over) {
        if (end == Long.MAX_VALUE) {
          end = System.nanoTime() + PATIENCE.toNanos();
        }
        if (slice.entries().isEmpty()
            && (name.equals("naive") || tally.count() >= storm.committed().size())) {
          break;
        }
      }
    }
    return tally;
  }

  private static Reader waiting(PostgresEventLog log) {
    return from -> {
      Slice slice = log.read(from, LIMIT);
      if (slice.entries().isEmpty()) {
        log.awaitBeyond(slice.upTo(), Duration.ofMillis(100));
      }
      return slice;
    };
  }

  /** The planted fault: goes on after the last row it saw. */
  private Slice naive(Checkpoint from) throws SQLException {
    try (Connection connection = database.pool().getConnection()) {
      List<LogEntry> rows = LogReader.rows(connection, from.position(), Long.MAX_VALUE, LIMIT);
      return new Slice(rows, rows.isEmpty() ? from : Checkpoint.at(rows.getLast().position()));
    }
  }
}
